import { servers } from '@connected-apps/contract/compact'
import { refuseArgument } from './errors.ts'
import { tried } from './tried.ts'

const LIVE_PROJECT = 'project-live-'
// The addresses as URL writes them: always with a path, and 127.1 as 127.0.0.1.
const PLAIN = /^https?:\/\/[^/@]+\/[^?#]*$/
const PRIVATE = /^https:|^http:\/\/(([^/]+\.)?localhost|127[\d.]+|\[::1])[:/]/

/** The contract's server for the project. */
export function serverOf(projectId: string): string {
  return servers[projectId.startsWith(LIVE_PROJECT) ? 0 : 1]
}

/** The address without its last slashes; the refusal never shows it, as it may hold a password. */
export function requireBaseUrl(value: string, allowCleartext: boolean | undefined): string {
  const href = tried(() => new URL(value).href) ?? ''
  if (!PLAIN.test(href) || !(allowCleartext || PRIVATE.test(href))) {
    refuseArgument(
      'baseUrl',
      'must be https, or http to loopback, without credentials, query or fragment',
      'B2BClient',
    )
  }
  return href.replace(/\/+$/, '')
}
