import { servers } from '@connected-apps/contract/compact'
import { refuseArgument } from './errors.ts'
import { tried } from './tried.ts'

const LIVE_PROJECT = 'project-live-'
const LOOPBACK = /^((.+\.)?localhost|127(\.\d+){3}|\[::1\])$/

/** The contract's server for the project. */
export function serverOf(projectId: string): string {
  const [live, test] = servers
  return projectId.startsWith(LIVE_PROJECT) ? live : test
}

/** The address without its last slashes; the refusal never shows it, as it may hold a password. */
export function requireBaseUrl(value: string, allowCleartext: boolean | undefined): string {
  const url = tried(() => new URL(value))
  const isPrivate =
    url?.protocol === 'https:' ||
    (url?.protocol === 'http:' && (allowCleartext || LOOPBACK.test(url.hostname)))
  if (!url || !isPrivate || url.username || url.password || /[?#]/.test(url.href)) {
    return refuseArgument(
      'baseUrl',
      'must be https, or http to loopback, without credentials, query or fragment',
      'B2BClient',
      '; see dangerouslyAllowCleartext',
    )
  }
  return url.href.replace(/\/+$/, '')
}
