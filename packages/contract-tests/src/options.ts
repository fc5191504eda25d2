import { isStatus, operation } from '@connected-apps/contract'
import type { PathParameters, ReceivedResponse, Status } from '@connected-apps/contract'
import { headerParameterExamples, pathParameterExamples } from '@connected-apps/contract/examples'
import type { ExampleName } from '@connected-apps/contract/examples'
import { checkParameter } from '@connected-apps/contract/request'

/**
 * What a target supports: a `mock` returns any example that `Prefer: code=…, example=…` names, a
 * `remote` responds according to its own state.
 */
export type Profile = 'mock' | 'remote'

/**
 * Brings the target into a state, sends the revoke, and returns the response.
 *
 * @example
 * const exceedRateLimit: Trigger = async ({ send }) => {
 *   let response = await send()
 *   for (let sent = 1; response.status !== 429 && sent < 1000; sent += 1) response = await send()
 *   return response
 * }
 */
export type Trigger = (context: {
  /** Sends a well-formed revoke with the ids and credentials of the run. */
  send: () => Promise<ReceivedResponse>
}) => Promise<ReceivedResponse>

/** The options of a run. */
export interface ContractOptions {
  /** The target's base URL; the contract's path is appended to it. */
  url: string
  projectId: string
  /** Never printed. */
  secret: string
  /** Identifies, with the next two, the access that is really revoked. Default: the contract's example. */
  organizationId?: string | undefined
  /** Default: the contract's example. */
  memberId?: string | undefined
  /** Default: the contract's example. */
  connectedAppId?: string | undefined
  /** A session that is allowed to revoke. Never printed. */
  sessionToken?: string | undefined
  /** A session that is allowed to revoke, as a JWT. Never printed. */
  sessionJwt?: string | undefined
  /** A session whose roles lack the permission, for 403. Never printed. */
  sessionTokenWithoutPermission?: string | undefined
  /** A session of another Organization, for 403. Never printed. */
  sessionTokenOfOtherOrganization?: string | undefined
  /** Default `auto`: `mock` if the response to one harmless probe follows its `Prefer` header, else `remote`. */
  profile?: Profile | 'auto' | undefined
  /** Brings about responses that no request can cause by itself, keyed by the name of the example. */
  trigger?: Partial<Record<ExampleName, Trigger>> | undefined
  /** The run fails if every case of one of these statuses was skipped. Default: none. */
  require?: readonly Status[] | 'all' | undefined
  /** For each request, including the response body, in milliseconds. Default: 10,000. */
  timeoutMs?: number | undefined
}

/** The run could not start: an option is invalid or the target does not respond. The message says what to do. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

/** The options of a run after validation, with their defaults. */
export interface RunSettings {
  url: string
  projectId: string
  secret: string
  ids: PathParameters
  sessionToken: string | undefined
  sessionJwt: string | undefined
  sessionTokenWithoutPermission: string | undefined
  sessionTokenOfOtherOrganization: string | undefined
  required: readonly Status[]
  timeoutMs: number
}

const sessionOptions = [
  ['sessionToken', 'X-Stytch-Member-Session'],
  ['sessionJwt', 'X-Stytch-Member-SessionJWT'],
  ['sessionTokenWithoutPermission', 'X-Stytch-Member-Session'],
  ['sessionTokenOfOtherOrganization', 'X-Stytch-Member-Session'],
] as const

/** Validates the options as far as possible without sending anything. Throws a {@link UsageError}. */
export function resolveSettings(options: ContractOptions): RunSettings {
  const required = requiredStatuses(options.require)
  const ids = {
    organization_id: options.organizationId ?? pathParameterExamples.organization_id,
    member_id: options.memberId ?? pathParameterExamples.member_id,
    connected_app_id: options.connectedAppId ?? pathParameterExamples.connected_app_id,
  }
  for (const name of ['organization_id', 'member_id', 'connected_app_id'] as const) {
    if (checkParameter(name, ids[name]).length > 0) {
      throw new UsageError(`${name} is malformed; pass the id that the API returned`)
    }
  }
  for (const name of ['projectId', 'secret'] as const) {
    if (typeof options[name] !== 'string' || options[name] === '') {
      throw new UsageError(`${name} is missing; pass the project's credentials`)
    }
  }
  if (options.projectId.includes(':')) {
    throw new UsageError('projectId contains a colon, which HTTP Basic does not allow (RFC 7617)')
  }
  for (const [name, parameter] of sessionOptions) {
    if (options[name] !== undefined && checkParameter(parameter, options[name]).length > 0) {
      throw new UsageError(`${name} is malformed; pass it exactly as it was issued`)
    }
  }
  const { timeoutMs = 10_000 } = options
  if (!Number.isInteger(timeoutMs) || timeoutMs < 1) {
    throw new UsageError('timeoutMs must be a positive whole number of milliseconds')
  }
  return {
    url: normalizeBaseUrl(options.url),
    projectId: options.projectId,
    secret: options.secret,
    ids,
    sessionToken: options.sessionToken,
    sessionJwt: options.sessionJwt,
    sessionTokenWithoutPermission: options.sessionTokenWithoutPermission,
    sessionTokenOfOtherOrganization: options.sessionTokenOfOtherOrganization,
    required,
    timeoutMs,
  }
}

/** Fills in missing sessions with the contract's examples, since a mock accepts any session. */
export function withExampleSessions(settings: RunSettings): RunSettings {
  const token = headerParameterExamples['X-Stytch-Member-Session']
  return {
    ...settings,
    sessionToken: settings.sessionToken ?? token,
    sessionJwt: settings.sessionJwt ?? headerParameterExamples['X-Stytch-Member-SessionJWT'],
    sessionTokenWithoutPermission: settings.sessionTokenWithoutPermission ?? token,
    sessionTokenOfOtherOrganization: settings.sessionTokenOfOtherOrganization ?? token,
  }
}

function requiredStatuses(required: ContractOptions['require'] = []): readonly Status[] {
  if (required === 'all') return operation.statuses
  const unknown = required.find((status) => !isStatus(status))
  if (unknown === undefined) return required
  throw new UsageError(
    `the contract has no status ${String(unknown)}; require some of ${operation.statuses.join(', ')}, or all`,
  )
}

function normalizeBaseUrl(url: string): string {
  if (!URL.canParse(url)) {
    throw new UsageError('the URL is invalid; pass one like http://127.0.0.1:4010')
  }
  const { protocol, username, password, search, hash, origin, pathname } = new URL(url)
  if (protocol !== 'http:' && protocol !== 'https:') {
    throw new UsageError(`the URL starts with ${protocol}; pass one with http: or https:`)
  }
  if (username !== '' || password !== '') {
    throw new UsageError('the URL contains credentials; pass the project id and secret separately')
  }
  if (search !== '' || hash !== '') {
    throw new UsageError('the URL has a query or a fragment; pass only the base URL of the API')
  }
  return origin + pathname.replace(/\/+$/, '')
}
