import { operation } from '@connected-apps/contract'
import { refuseArgument } from './errors.ts'

const LIVE_PROJECT = 'project-live-'
const LOOPBACK = /^(localhost|.+\.localhost|127(\.\d+){3}|\[::1\])$/

/** The contract's server for the project. */
export function serverOf(projectId: string): string {
  const [live, test] = operation.servers
  return projectId.startsWith(LIVE_PROJECT) ? live : test
}

/** The address without its last slashes; the refusal never shows it, as it may hold a password. */
export function requireBaseUrl(value: string, allowCleartext: boolean): string {
  const refuse = (why: string) => refuseArgument('baseUrl', `baseUrl ${why} (B2BClient)`)
  const url = parse(value) ?? refuse('is not an absolute URL')
  if (url.username || url.password) refuse('must not hold credentials; pass project_id and secret')
  if (/[?#]/.test(url.href)) refuse('must not have a query or a fragment')
  if (url.protocol === 'http:' && !allowCleartext && !LOOPBACK.test(url.hostname)) {
    refuse('would send the secret in clear text; use https, or dangerouslyAllowCleartext')
  }
  if (!/^https?:$/.test(url.protocol)) refuse('must begin with https:// or http://')
  return url.href.replace(/\/+$/, '')
}

function parse(value: string): URL | undefined {
  try {
    return new URL(value)
  } catch {
    return undefined
  }
}
