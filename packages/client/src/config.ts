import { serverFor } from '@connected-apps/contract'
import { throwArgumentError } from './errors.ts'
import type { Fetch } from './fetch.ts'
import type { ExtraHeaders } from './headers.ts'
import { parseHeaders, secretHeaderValues } from './headers.ts'
import type { Hooks, ResolvedHooks } from './hooks.ts'
import { parseHooks } from './hooks.ts'
import {
  copyPlainObject,
  describeType,
  orUndefined,
  rejectUndefined,
  requireVisibleAscii,
} from './input.ts'
import { version } from './generated/version.ts'
import type { LimitOptions, ResolvedLimits } from './limits.ts'
import { DEFAULT_LIMITS, LIMIT_NAMES, parseLimits } from './limits.ts'
import { environmentVariable, isBrowser, runtimeName } from './runtime.ts'

/** The options of a client. Unknown options are rejected. */
export interface B2BClientConfig extends LimitOptions {
  /**
   * The project's id. The prefix `project-live-` selects the live server, any other the test
   * server. Default: the environment variable `STYTCH_PROJECT_ID`.
   */
  project_id?: string
  /** The project's secret. Default: the environment variable `STYTCH_SECRET`. */
  secret?: string
  /** The URL of another server. Its path is kept as a prefix; `http:` is limited to loopback addresses. */
  baseUrl?: string
  /** Replaces the global `fetch`, for example to go through a proxy. */
  fetch?: Fetch | undefined
  /** Extra headers of every request. */
  headers?: ExtraHeaders | undefined
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
  /** The origin of `baseUrl`, for error messages. */
  origin: string
  secrets: string[]
  headerSecrets: string[]
  limits: ResolvedLimits
  fetch: Fetch | undefined
  /** The headers of every request, with the credentials. */
  headers: Readonly<Record<string, string>>
  hooks: ResolvedHooks
}

const OPTION_NAMES = [
  'project_id',
  'secret',
  'baseUrl',
  'fetch',
  'headers',
  'hooks',
  'dangerouslyAllowBrowser',
  'dangerouslyAllowCleartext',
  ...LIMIT_NAMES,
] as const

/** What to use instead of options of the official client. */
const HINTS = {
  env: 'use baseUrl',
  custom_base_url: 'use baseUrl',
  timeout: 'use timeoutMs',
  fraud_env: 'leave it out',
  dispatcher: 'use fetch: (url, init) => undici.fetch(url, { ...init, dispatcher })',
}

/** @param where the function that was called, for error messages */
export function parseConfig(config: unknown, where: string): ResolvedConfig {
  const copy = copyPlainObject<B2BClientConfig>('config', config, where, OPTION_NAMES, HINTS)
  for (const name of ['dangerouslyAllowBrowser', 'dangerouslyAllowCleartext'] as const) {
    if (!['boolean', 'undefined'].includes(typeof copy[name])) {
      throwArgumentError(name, 'must be true or false', where)
    }
  }
  const inBrowser = isBrowser()
  if (inBrowser && !copy.dangerouslyAllowBrowser) {
    throwArgumentError(
      'dangerouslyAllowBrowser',
      'is not set, and in a browser every visitor can read the secret',
      where,
      'call the API from a server instead',
    )
  }
  const { fetch } = copy
  if (fetch !== undefined && typeof fetch !== 'function')
    throwArgumentError('fetch', 'must be a function', where)
  const { projectId, secret } = parseCredentials(copy, where)
  const credentials = btoa(`${projectId}:${secret}`)
  const advice = 'set the variable that it comes from, or leave it out to call the real API'
  rejectUndefined(copy, 'baseUrl', where, advice)
  const headers = parseHeaders(copy.headers, where)
  const baseUrl = parseBaseUrl(copy.baseUrl ?? serverFor(projectId), copy, where)
  return {
    baseUrl,
    origin: new URL(baseUrl).origin,
    secrets: [secret, credentials],
    headerSecrets: secretHeaderValues(headers),
    limits: parseLimits(copy, DEFAULT_LIMITS, where),
    fetch,
    headers: {
      // In a browser, the server would have to allow this header by name (CORS).
      ...(!inBrowser && { 'user-agent': `connected-apps-client/${version} ${runtimeName()}` }),
      ...headers,
      authorization: `Basic ${credentials}`,
    },
    hooks: parseHooks(copy.hooks, where),
  }
}

function parseCredentials(
  config: B2BClientConfig,
  where: string,
): { projectId: string; secret: string } {
  const environmentProject = environmentVariable('STYTCH_PROJECT_ID')
  const projectId = requireCredential('project_id', config, environmentProject, where)
  // In HTTP Basic credentials, a colon ends the user name (RFC 7617 section 2).
  if (projectId.includes(':')) throwArgumentError('project_id', 'must not contain a colon', where)
  // STYTCH_SECRET belongs to STYTCH_PROJECT_ID, if that is set.
  const isSameProject = (environmentProject ?? projectId) === projectId
  const environmentSecret = isSameProject ? environmentVariable('STYTCH_SECRET') : undefined
  return { projectId, secret: requireCredential('secret', config, environmentSecret, where) }
}

/** Takes the option if it is present, even if undefined, so that an unset variable never selects another project. */
function requireCredential(
  name: 'project_id' | 'secret',
  config: B2BClientConfig,
  fromEnvironment: string | undefined,
  where: string,
): string {
  const variable = `STYTCH_${name.toUpperCase()}`
  if (Object.hasOwn(config, name)) return requireVisibleAscii(name, config[name], where)
  if (fromEnvironment !== undefined) return requireVisibleAscii(variable, fromEnvironment, where)
  const advice = `pass it, or set ${variable} in the environment, for the same project`
  return throwArgumentError(name, 'is missing', where, advice)
}

// As `URL` normalizes hosts: 127.1 is 127.0.0.1, and names are in lower case.
const LOOPBACK = /^(?:(?:[^/]+\.)?localhost|127[\d.]+|\[::1])$/

/** The URL without trailing slashes. No error contains the URL, as it may have a password. */
function parseBaseUrl(value: unknown, options: B2BClientConfig, where: string): string {
  const reject = (problem: string, advice?: string) =>
    throwArgumentError('baseUrl', problem, where, advice)
  if (typeof value !== 'string') return reject(`must be a string, not ${describeType(value)}`)
  const url = orUndefined(() => new URL(value))
  if (!url) return reject('is not a URL', 'write it like https://api.example.com')
  if (!/^https?:$/.test(url.protocol)) reject('must start with https:// or http://')
  if (url.username || url.password) reject('has credentials', 'use project_id and secret')
  if (/[?#]/.test(url.href)) reject('has a query or a fragment', 'remove it')
  if (
    url.protocol === 'http:' &&
    !LOOPBACK.test(url.hostname) &&
    !options.dangerouslyAllowCleartext
  ) {
    reject(
      'uses http: to another host, which exposes the secret',
      'use https, or set dangerouslyAllowCleartext within a network that you trust',
    )
  }
  return url.href.replace(/\/+$/, '')
}
