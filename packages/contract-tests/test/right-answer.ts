import { matchPath } from '@connected-apps/contract'
import type { PathParameters } from '@connected-apps/contract'
import {
  headerParameterExamples,
  isExampleName,
  pathParameterExamples,
} from '@connected-apps/contract/examples'
import type { ExampleName } from '@connected-apps/contract/examples'
import { checkRequest } from '@connected-apps/contract/request'
import type { Provider } from './provider.ts'

type Request = Provider['requests'][number]

export const credentials = { projectId: 'project-test-1', secret: 'a-secret:with-a-colon' }
export const sessions = {
  sessionToken: headerParameterExamples['X-Stytch-Member-Session'],
  sessionJwt: headerParameterExamples['X-Stytch-Member-SessionJWT'],
  sessionTokenWithoutPermission: 'without-permission',
  sessionTokenOfOtherOrganization: 'of-another-organization',
}

/** What the contract answers, in its own order of checks, where only its example ids exist. */
export function rightAnswer(request: Request, { answersPrefer = false } = {}): ExampleName {
  const { authorization } = request.headers
  const basic = Buffer.from(`${credentials.projectId}:${credentials.secret}`).toString('base64')
  if (answersPrefer ? !authorization?.startsWith('Basic ') : authorization !== `Basic ${basic}`) {
    return 'unauthorized_credentials'
  }
  const ids = matchPath(request.path)
  if (ids === undefined) return 'route_not_found'
  const headers = new Headers(request.headers as Record<string, string>) // none is sent twice
  const [violation] = checkRequest({ path: ids, headers, body: request.body })
  if (violation !== undefined) return violation.answer
  const asked = /example=(\w+)/.exec(String(request.headers['prefer']))?.[1]
  if (answersPrefer) return isExampleName(asked) ? asked : 'revoked'
  return stateOf(ids, headers.get('X-Stytch-Member-Session'))
}

function stateOf(ids: PathParameters, token: string | null): ExampleName {
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
