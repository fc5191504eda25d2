import { matchPath } from '@connected-apps/contract'
import type { PathParameters } from '@connected-apps/contract'
import {
  headerParameterExamples,
  isExampleName,
  pathParameterExamples,
} from '@connected-apps/contract/examples'
import type { ExampleName } from '@connected-apps/contract/examples'
import { checkRequest } from '@connected-apps/contract/request'
import { startProvider, validResponse } from './provider.ts'
import type { Provider } from './provider.ts'

type Request = Provider['requests'][number]

export const credentials = { projectId: 'project-test-1', secret: 'a-secret:with-a-colon' }
export const sessions = {
  sessionToken: headerParameterExamples['X-Stytch-Member-Session'],
  sessionJwt: headerParameterExamples['X-Stytch-Member-SessionJWT'],
  sessionTokenWithoutPermission: 'without-permission',
  sessionTokenOfOtherOrganization: 'of-another-organization',
}

/** Starts a provider that conforms to the contract and supports `Prefer`. */
export function startMock(): Promise<Provider> {
  return startProvider((request) =>
    validResponse(expectedExample(request, { supportsPrefer: true })),
  )
}

/** Starts a provider that conforms to the contract and knows nothing but the contract's example ids. */
export function startRemote(): Promise<Provider> {
  return startProvider((request) => validResponse(expectedExample(request)))
}

/** The example that the contract defines for a request, by its order of checks, if only its example ids exist. */
export function expectedExample(request: Request, { supportsPrefer = false } = {}): ExampleName {
  const { authorization } = request.headers
  const basic = Buffer.from(`${credentials.projectId}:${credentials.secret}`).toString('base64')
  if (supportsPrefer ? !authorization?.startsWith('Basic ') : authorization !== `Basic ${basic}`) {
    return 'unauthorized_credentials'
  }
  const ids = matchPath(request.path)
  if (ids === undefined) return 'route_not_found'
  const headers = new Headers(request.headers as Record<string, string>) // safe: the suite repeats no header
  const [violation] = checkRequest({ path: ids, headers, body: request.body })
  if (violation !== undefined) return violation.answer
  const preferred = /example=(\w+)/.exec(String(request.headers['prefer']))?.[1]
  if (supportsPrefer) return isExampleName(preferred) ? preferred : 'revoked'
  return exampleForState(ids, headers.get('X-Stytch-Member-Session'))
}

function exampleForState(ids: PathParameters, token: string | null): ExampleName {
  const isKnown = (name: keyof PathParameters) => ids[name] === pathParameterExamples[name]
  if (!isKnown('organization_id')) return 'organization_not_found'
  if (token === sessions.sessionTokenOfOtherOrganization) {
    return 'session_authorization_tenancy_error'
  }
  if (token === sessions.sessionTokenWithoutPermission) return 'session_authorization_error'
  if (token !== null && token !== sessions.sessionToken) return 'session_not_found'
  if (!isKnown('member_id')) return 'member_not_found'
  return isKnown('connected_app_id') ? 'revoked' : 'connected_app_not_found'
}
