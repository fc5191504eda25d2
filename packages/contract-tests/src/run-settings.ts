import type { PathParameters } from '@connected-apps/contract'
import { headerParameterExamples, pathParameterExamples } from '@connected-apps/contract/examples'
import { checkParameter } from '@connected-apps/contract/request'
import type { ContractOptions } from './options.ts'
import { UsageError } from './usage-error.ts'

/** The options that a case may look at, checked and with their defaults. */
export interface RunSettings {
  url: string
  projectId: string
  secret: string
  ids: PathParameters
  sessionToken: string | undefined
  sessionJwt: string | undefined
  sessionTokenWithoutPermission: string | undefined
  sessionTokenOfOtherOrganization: string | undefined
  timeoutMs: number
}

const sessionOptions = [
  ['sessionToken', 'X-Stytch-Member-Session'],
  ['sessionJwt', 'X-Stytch-Member-SessionJWT'],
  ['sessionTokenWithoutPermission', 'X-Stytch-Member-Session'],
  ['sessionTokenOfOtherOrganization', 'X-Stytch-Member-Session'],
] as const

/** Checks what can be checked before anything is sent. Throws a {@link UsageError}. */
export function settingsOf(options: ContractOptions): RunSettings {
  const ids = {
    organization_id: options.organizationId ?? pathParameterExamples.organization_id,
    member_id: options.memberId ?? pathParameterExamples.member_id,
    connected_app_id: options.connectedAppId ?? pathParameterExamples.connected_app_id,
  }
  for (const name of ['organization_id', 'member_id', 'connected_app_id'] as const) {
    if (checkParameter(name, ids[name]).length > 0) {
      throw new UsageError(`${name} has a form that the contract refuses; pass the id of the API`)
    }
  }
  for (const name of ['projectId', 'secret'] as const) {
    if (typeof options[name] !== 'string' || options[name] === '') {
      throw new UsageError(`${name} is missing; pass the project's credentials`)
    }
  }
  if (options.projectId.includes(':')) {
    throw new UsageError('projectId holds a colon, which HTTP Basic does not allow (RFC 7617)')
  }
  for (const [name, parameter] of sessionOptions) {
    if (options[name] !== undefined && checkParameter(parameter, options[name]).length > 0) {
      throw new UsageError(`${name} has a form that the contract refuses; pass it as it was issued`)
    }
  }
  const { timeoutMs = 10_000 } = options
  if (!Number.isInteger(timeoutMs) || timeoutMs < 1) {
    throw new UsageError('timeoutMs must be a whole number of milliseconds above 0')
  }
  return {
    url: baseUrlOf(options.url),
    projectId: options.projectId,
    secret: options.secret,
    ids,
    sessionToken: options.sessionToken,
    sessionJwt: options.sessionJwt,
    sessionTokenWithoutPermission: options.sessionTokenWithoutPermission,
    sessionTokenOfOtherOrganization: options.sessionTokenOfOtherOrganization,
    timeoutMs,
  }
}

/** A mock takes any session, so that the contract's examples stand in for those not given. */
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

function baseUrlOf(url: string): string {
  if (!URL.canParse(url)) {
    throw new UsageError('the URL cannot be read; pass one like http://127.0.0.1:4010')
  }
  const { protocol, username, password, search, hash, origin, pathname } = new URL(url)
  if (protocol !== 'http:' && protocol !== 'https:') {
    throw new UsageError(`the URL starts with ${protocol}; pass one with http: or https:`)
  }
  if (username !== '' || password !== '') {
    throw new UsageError('the URL holds credentials; pass the project id and the secret apart')
  }
  if (search !== '' || hash !== '') {
    throw new UsageError('the URL has a query or a fragment; pass only the base of the API')
  }
  return origin + pathname.replace(/\/+$/, '')
}
