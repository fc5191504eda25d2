import { requireBaseUrl, serverOf } from './base-url.ts'
import { refuseBrowser } from './browser.ts'
import { refuseArgument } from './errors.ts'
import { requireHeaderValue } from './header-value.ts'
import type { Hooks } from './hooks.ts'
import { readOptions } from './known-options.ts'
import type { CallLimits, Limits } from './limits.ts'
import { DEFAULT_LIMITS, LIMIT_NAMES, readLimits } from './limits.ts'

/** Sends a request. It is handed a new `Request` for each attempt, whose body can be read once. */
export type Fetch = (request: Request) => Promise<Response>

/** What a {@link B2BClient} is made from. Anything else is refused. */
export interface B2BClientConfig extends CallLimits {
  /** The project's id; with the prefix `project-live-` the live server is called, else the test server. */
  project_id: string
  /** The project's secret. */
  secret: string
  /** Another server. A path prefix is kept; `http:` is for loopback addresses. */
  baseUrl?: string | undefined
  /** In place of the global `fetch`. */
  fetch?: Fetch | undefined
  /** Functions that watch the calls. */
  hooks?: Hooks | undefined
  /** Run in a browser, where whoever opens the page can read the secret. */
  dangerouslyAllowBrowser?: boolean | undefined
  /** Send secret and sessions over `http:` to hosts other than this one. */
  dangerouslyAllowCleartext?: boolean | undefined
}

/** The config as it was found right. */
export interface Settings {
  baseUrl: string
  /** Of HTTP Basic, encoded. */
  credentials: string
  secrets: string[]
  limits: Limits
  fetch: Fetch | undefined
  hooks: Hooks
}

const WHERE = 'B2BClient'
const HOOKS = ['onRequest', 'onResponse', 'onRetry'] as const

export function readConfig(config: B2BClientConfig): Settings {
  const given = readOptions(
    config,
    [
      'project_id',
      'secret',
      'baseUrl',
      'fetch',
      'hooks',
      'dangerouslyAllowBrowser',
      'dangerouslyAllowCleartext',
      ...LIMIT_NAMES,
    ],
    WHERE,
  )
  const { baseUrl, fetch, dangerouslyAllowBrowser, dangerouslyAllowCleartext } = given
  if (!dangerouslyAllowBrowser) refuseBrowser()
  const { hooks = {} } = given
  readOptions(hooks, HOOKS, WHERE)
  for (const [name, value] of Object.entries({ fetch, ...hooks })) {
    if (value && typeof value !== 'function') {
      refuseArgument(name, 'must be a function', WHERE)
    }
  }
  const projectId = requireHeaderValue('project_id', given.project_id, WHERE)
  const secret = requireHeaderValue('secret', given.secret, WHERE)
  const credentials = btoa(`${projectId}:${secret}`)
  return {
    baseUrl: requireBaseUrl(baseUrl ?? serverOf(projectId), dangerouslyAllowCleartext),
    credentials,
    secrets: [secret, credentials],
    limits: readLimits(given, DEFAULT_LIMITS, WHERE),
    fetch,
    hooks,
  }
}
