import type { Operation } from '@connected-apps/contract'
import { beforeAll, describe, expect, it } from 'vitest'
import {
  operationsByTitle,
  outcomeNamed,
  outcomeOf,
  outcomeOfUnauthorized,
  outcomeOfUnknown,
  send,
  withJwt,
  withToken,
} from './support/operations.ts'
import { useService } from './support/service.ts'
import type { Sessions } from './support/session-tokens.ts'
import { addSessions } from './support/session-tokens.ts'

const test = useService()
let sessions: Sessions

beforeAll(async () => {
  sessions = await addSessions(test.database.pool, test.tenant)
})

describe.each(operationsByTitle)('%s: the order of checks', (_, operation) => {
  const checks = checksOf(operation)
  // Each request is wrong in every way that comes later in the order, too.
  it.each(
    checks.map(({ name, outcome }, index): [string, string, number] => [name, outcome, index]),
  )('is the one of the contract: %s, %s', async (__, outcome, index) => {
    const { path, authorization, session } = checks
      .slice(index)
      .reduceRight<WrongRequest>((request, { violate }) => violate(request), { path: {} })
    const headers = { ...session, ...(authorization !== undefined && { authorization }) }
    const response = await send(operation, test.service.url, test.tenant, { path, headers })
    expect(await outcomeOf(operation, response)).toBe(outcome)
  })
})

/** A request that violates some of the checks. */
interface WrongRequest {
  path: Record<string, string>
  authorization?: string
  session?: Record<string, string>
}

interface Check {
  name: string
  outcome: string
  violate: (request: WrongRequest) => WrongRequest
}

/** The checks of an operation in the contract's order, except for the rate limit. */
function checksOf(operation: Operation): Check[] {
  const { pathParameters, parameters, sessionHeaders } = operation
  const { token = '', jwt = '' } = sessionHeaders
  const last = pathParameters.at(-1) ?? ''
  const withPath = (name: string, value: string) => (request: WrongRequest) => ({
    ...request,
    path: { ...request.path, [name]: value },
  })
  const withSession = (session: () => Record<string, string>) => (request: WrongRequest) => ({
    ...request,
    session: session(),
  })
  const [organization = '', ...rest] = pathParameters
  return [
    {
      name: 'credentials',
      outcome: outcomeOfUnauthorized(operation),
      violate: (request) => ({ ...request, authorization: 'Basic eDp5' }),
    },
    {
      name: 'form',
      outcome: outcomeNamed(operation, parameters[last]?.errorExample),
      violate: withPath(last, '%20'),
    },
    {
      name: 'signature of the JWT',
      outcome: outcomeNamed(operation, parameters[jwt]?.errorExample),
      violate: withSession(() => withJwt(operation, String(parameters[jwt]?.example))),
    },
    {
      name: organization,
      outcome: outcomeOfUnknown(operation, organization),
      violate: withPath(organization, 'nothing'),
    },
    {
      name: 'session',
      outcome: outcomeOfUnknown(operation, token, jwt),
      violate: withSession(() => withToken(operation, 'unknown')),
    },
    {
      name: 'tenancy',
      outcome: outcomeNamed(operation, 'session_authorization_tenancy_error'),
      violate: withSession(() => withToken(operation, sessions.plainStranger.token)),
    },
    {
      name: 'roles',
      outcome: outcomeNamed(operation, 'session_authorization_error'),
      violate: withSession(() => withToken(operation, sessions.colleague.token)),
    },
    ...rest.map((name) => ({
      name,
      outcome: outcomeOfUnknown(operation, name),
      violate: withPath(name, 'nothing'),
    })),
  ]
}
