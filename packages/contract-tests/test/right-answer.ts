import { headerParameterNames, matchPath, operation } from '@connected-apps/contract'
import type { HeaderParameters, ParameterName, PathParameters } from '@connected-apps/contract'
import {
  headerParameterExamples,
  isExampleName,
  pathParameterExamples,
} from '@connected-apps/contract/examples'
import type { ExampleName } from '@connected-apps/contract/examples'
import { checkParameter, checkRequestBody } from '@connected-apps/contract/request'
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
  const values = { ...ids, ...sessionHeadersOf(request) }
  const badForm = formOf(request, values)
  if (badForm !== undefined) return badForm
  const asked = /example=(\w+)/.exec(String(request.headers['prefer']))?.[1]
  if (answersPrefer) return isExampleName(asked) ? asked : 'revoked'
  return stateOf(values)
}

function sessionHeadersOf({ headers }: Request): HeaderParameters {
  const sent = headerParameterNames.map((name) => [name, headers[name.toLowerCase()]])
  return Object.fromEntries(sent.filter(([, value]) => value !== undefined))
}

function formOf(
  request: Request,
  values: Partial<Record<ParameterName, string>>,
): ExampleName | undefined {
  if (!isRightBody(request)) return 'bad_request'
  const sent = operation.parameters.flatMap((parameter) => {
    const value = values[parameter.name]
    return value === undefined ? [] : [{ ...parameter, value }]
  })
  const wrong = sent.find(({ name, value }) => checkParameter(name, value).length > 0)
  if (wrong !== undefined) return wrong.errorType
  const sentSessions = sent.filter((each) => each.in === 'header')
  return sentSessions.length > 1 ? 'too_many_session_arguments' : undefined
}

function isRightBody({ body, headers }: Request): boolean {
  if (body === '') return true
  if (headers['content-type'] !== operation.mediaType) return false
  try {
    return checkRequestBody(JSON.parse(body)).length === 0
  } catch {
    return false
  }
}

function stateOf(values: PathParameters & HeaderParameters): ExampleName {
  const isKnown = (name: keyof PathParameters) => values[name] === pathParameterExamples[name]
  if (!isKnown('organization_id')) return 'organization_not_found'
  const token = values['X-Stytch-Member-Session']
  if (token === sessions.sessionTokenOfOtherOrganization) {
    return 'session_authorization_tenancy_error'
  }
  if (token === sessions.sessionTokenWithoutPermission) return 'session_authorization_error'
  if (token !== undefined && token !== sessions.sessionToken) return 'session_not_found'
  if (!isKnown('member_id')) return 'member_not_found'
  return isKnown('connected_app_id') ? 'revoked' : 'connected_app_not_found'
}
