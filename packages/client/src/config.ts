import { serverFor } from '@connected-apps/contract'
import { throwArgumentError } from './errors.ts'
import type { Hooks } from './hooks.ts'
import { copyPlainObject, orUndefined, requireHeaderValue } from './input.ts'
import type { CallLimits, Limits } from './options.ts'
import { DEFAULT_LIMITS, LIMIT_NAMES, parseLimits } from './options.ts'

/** Sends a request. It is called with a new `Request` for each attempt, whose body can be read once. */
export type Fetch = (request: Request) => Promise<Response>

/** The options of a {@link B2BClient}. Unknown options are rejected. */
export interface B2BClientConfig extends CallLimits {
  /** The project's id. The prefix `project-live-` selects the live server, any other the test server. */
  project_id: string
  /** The project's secret. */
  secret: string
  /** The URL of another server. Its path is kept as a prefix; `http:` is limited to loopback addresses. */
  baseUrl?: string | undefined
  /** Replaces the global `fetch`. */
  fetch?: Fetch | undefined
  /** Functions that observe calls. */
  hooks?: Hooks | undefined
  /** Allows browsers, where anyone who opens the page can read the secret. */
  dangerouslyAllowBrowser?: boolean | undefined
  /** Allows sending the secret and sessions over `http:` to other hosts. */
  dangerouslyAllowCleartext?: boolean | undefined
}

/** The validated config, with defaults applied. */
export interface ResolvedConfig {
  baseUrl: string
  /** HTTP Basic credentials, encoded. */
  credentials: string
  secrets: string[]
  limits: Limits
  fetch: Fetch | undefined
  hooks: Hooks
}

const WHERE = 'B2BClient'
const HOOK_NAMES = ['onRequest', 'onResponse', 'onRetry'] as const

// Both patterns match URLs as `URL` normalizes them: always with a path, and 127.1 as 127.0.0.1.
const ORIGIN_AND_PATH = /^https?:\/\/[^/@]+\/[^?#]*$/
const HTTPS_OR_LOOPBACK = /^https:|^http:\/\/(([^/]+\.)?localhost|127[\d.]+|\[::1])[:/]/

export function parseConfig(config: B2BClientConfig): ResolvedConfig {
  const copy = copyPlainObject('config', config, WHERE, [
    'project_id',
    'secret',
    'baseUrl',
    'fetch',
    'hooks',
    'dangerouslyAllowBrowser',
    'dangerouslyAllowCleartext',
    ...LIMIT_NAMES,
  ])
  const { baseUrl, fetch, hooks = {}, dangerouslyAllowBrowser, dangerouslyAllowCleartext } = copy
  const { navigator } = globalThis as { navigator?: { userAgent?: string } } // some runtimes lack it
  // Browsers, their workers and jsdom have such a user agent; Node.js, Deno, Bun and edge workers do not.
  const isBrowser = navigator?.userAgent?.startsWith('Mozilla/')
  if (isBrowser && !dangerouslyAllowBrowser) {
    throwArgumentError('dangerouslyAllowBrowser', 'must be set in a browser', WHERE)
  }
  // Hooks may be an instance of a class, so only own properties are checked. If one of them throws,
  // none is: the worst that an invalid hook does is not to be called.
  const ownHooks = copyPlainObject(
    'hooks',
    orUndefined(() => ({ ...hooks })),
    WHERE,
    HOOK_NAMES,
  )
  for (const [name, value] of Object.entries({ fetch, ...ownHooks })) {
    if (value && typeof value !== 'function') {
      throwArgumentError(name, 'must be a function', WHERE)
    }
  }
  const projectId = requireHeaderValue('project_id', copy.project_id, WHERE)
  // In HTTP Basic credentials, a colon ends the user name (RFC 7617 section 2).
  if (projectId.includes(':')) throwArgumentError('project_id', 'has a colon', WHERE)
  const secret = requireHeaderValue('secret', copy.secret, WHERE)
  const credentials = btoa(`${projectId}:${secret}`)
  return {
    baseUrl: parseBaseUrl(baseUrl ?? serverFor(projectId), dangerouslyAllowCleartext),
    credentials,
    secrets: [secret, credentials],
    limits: parseLimits(copy, DEFAULT_LIMITS, WHERE),
    fetch,
    hooks,
  }
}

/** The URL without trailing slashes. The error never contains the URL, as it may have a password. */
function parseBaseUrl(value: string, allowCleartext: boolean | undefined): string {
  const href = orUndefined(() => new URL(value).href) ?? ''
  if (!ORIGIN_AND_PATH.test(href) || !(allowCleartext || HTTPS_OR_LOOPBACK.test(href))) {
    throwArgumentError(
      'baseUrl',
      'must be https, or http to loopback, without credentials, query or fragment',
      WHERE,
    )
  }
  return href.replace(/\/+$/, '')
}
