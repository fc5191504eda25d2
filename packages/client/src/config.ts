import { requireBaseUrl, serverOf } from './base-url.ts'
import { refuseBrowser } from './browser.ts'
import { refuseArgument } from './errors.ts'
import type { Hooks } from './hooks.ts'
import type { CallLimits, Limits } from './options.ts'
import { DEFAULT_LIMITS, readLimits, refuseUnknown } from './options.ts'
import { requireVisibleAscii } from './visible-ascii.ts'

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
  basic: string
  secrets: string[]
  limits: Limits
  fetch: Fetch | undefined
  hooks: Hooks
}

const WHERE = 'B2BClient'
const OPTIONS: Record<keyof B2BClientConfig, true> = {
  project_id: true,
  secret: true,
  baseUrl: true,
  timeoutMs: true,
  deadlineMs: true,
  maxRetries: true,
  fetch: true,
  hooks: true,
  dangerouslyAllowBrowser: true,
  dangerouslyAllowCleartext: true,
}
const HOOKS: Record<keyof Hooks, true> = {
  onRequest: true,
  onResponse: true,
  onRetry: true,
  onEnd: true,
}

export function readConfig(config: B2BClientConfig): Settings {
  refuseUnknown(config, Object.keys(OPTIONS), WHERE)
  const { fetch, hooks = {} } = config
  refuseBrowser(config.dangerouslyAllowBrowser === true)
  refuseUnknown(hooks, Object.keys(HOOKS), `${WHERE} hooks`)
  for (const [name, value] of Object.entries({ fetch, ...hooks })) {
    if (value !== undefined && typeof value !== 'function') {
      refuseArgument(name, `${name} must be a function (${WHERE})`)
    }
  }
  const projectId = requireVisibleAscii('project_id', config.project_id, WHERE)
  if (projectId.includes(':')) {
    refuseArgument('project_id', `project_id must not hold a colon (${WHERE}); see RFC 7617`)
  }
  const secret = requireVisibleAscii('secret', config.secret, WHERE)
  const credentials = btoa(`${projectId}:${secret}`)
  return {
    baseUrl: requireBaseUrl(
      config.baseUrl ?? serverOf(projectId),
      config.dangerouslyAllowCleartext === true,
    ),
    basic: `Basic ${credentials}`,
    secrets: [secret, credentials],
    limits: readLimits(config, DEFAULT_LIMITS, WHERE),
    fetch,
    hooks,
  }
}
