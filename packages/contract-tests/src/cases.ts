import { checkRequestBody } from '@connected-apps/contract'
import type { ExampleName, Operation } from '@connected-apps/contract'
import { allOperations, contract, matchOperation } from '@connected-apps/contract/operations'
import { malformedRequests } from './malformed.ts'
import type { Profile, RunSettings, SessionOption } from './options.ts'
import { pick, randomValue } from './send/request.ts'
import type { CaseRequest } from './send/request.ts'

/** A request to which the contract defines the response. */
export interface Case {
  operation: Operation
  /** Describes the request, as in "responds 401 to …". Unique within its operation. */
  name: string
  /** The name of the example of the expected response. */
  example: string
  /** The status of the example. */
  status: number
  /**
   * What determines the response. `request`: the request alone. `state`: what exists at the target.
   * `trigger`: a condition that no request causes, such as a failing server, for which a remote needs
   * a function in the option `trigger`. For the last two, a mock is sent a `Prefer` header.
   */
  dependsOn: 'request' | 'state' | 'trigger'
  /** The request, or a function that builds it, or returns the reason why the case has to be skipped. */
  request: CaseRequest | ((settings: RunSettings, profile: Profile) => CaseRequest | string)
}

/** A case without what follows from its operation. */
type CaseDraft = Omit<Case, 'operation' | 'status'>

/**
 * The examples that need a session from the caller. This is the only such list: every other case is
 * derived from the contract.
 */
const sessionExamples: {
  [Name in ExampleName]?: { option: SessionOption; session: string }
} = {
  session_authorization_error: {
    option: 'sessionTokenWithoutPermission',
    session: 'a session without the permission',
  },
  session_authorization_tenancy_error: {
    option: 'sessionTokenOfOtherOrganization',
    session: 'a session of another Organization',
  },
}

/** Every case of the suite, in the order in which they run. */
export const contractCases: readonly Case[] = allOperations
  .flatMap(casesOf)
  .toSorted((one, other) => rankOf(one) - rankOf(other))

/** The cases of one operation: at least one for each of its examples. */
function casesOf(operation: Operation): Case[] {
  const derived: CaseDraft[] = [
    ...successCases(operation),
    ...malformedRequests(operation).map((each) => ({ ...each, dependsOn: 'request' as const })),
    ...credentialCases(operation),
    ...forbiddenCases(operation),
    ...unknownCases(operation),
    {
      example: contract.unmatched.example,
      name: 'an undeclared path',
      dependsOn: 'request',
      request: { pathSuffix: undeclaredSuffix(operation) },
    },
  ]
  const names = new Set(derived.map(({ example }) => example))
  const others = Object.keys(operation.examples).filter((example) => !names.has(example))
  return [...derived, ...others.map((example) => triggerCase(operation, example))]
    .map((draft) => ({ ...draft, operation, status: statusOf(operation, draft.example) }))
    .toSorted((one, other) => one.status - other.status)
}

function statusOf({ operationId, examples }: Operation, example: string): number {
  const { status } = examples[example] ?? {}
  if (status === undefined) throw new Error(`${operationId} has no example ${example}`)
  return status
}

function successCases(operation: Operation): CaseDraft[] {
  const { examples, parameters, successStatus, sessionHeaders, requestBody, request, safety } =
    operation
  // Any other example of a success needs a particular state, such as an empty list.
  const example = Object.keys(examples).find((name) => examples[name]?.status === successStatus)
  if (example === undefined) throw new Error(`${operation.operationId} has no example of a success`)
  const cases: CaseDraft[] = []
  const add = (name: string, given: Case['request']) =>
    cases.push({ example, name, dependsOn: 'state', request: given })
  add('a request', {})
  if (safety !== 'unsafe') add('a repeated request', {})
  if (request !== undefined && requestBody !== undefined) {
    const { mediaType } = requestBody
    const json = (value: unknown) => ({ body: { mediaType, text: JSON.stringify(value) } })
    if (!request.required) add('a request without a body', { body: 'none' })
    for (const [name, body] of Object.entries(request.examples)) {
      add(`a request with the request example ${name}`, json(body))
    }
    add('a request that repeats the ids in its body', ({ ids }) => {
      const pathIds = pick(ids, operation.pathParameters)
      const isAllowed = checkRequestBody(operation, pathIds).length === 0
      return isAllowed ? json(pathIds) : 'its body must not contain the ids'
    })
  }
  const { token, jwt } = sessionHeaders
  if (token !== undefined)
    add('a request with a session token', withSession(operation, token, 'sessionToken'))
  if (jwt !== undefined)
    add('a request with a session JWT', withSession(operation, jwt, 'sessionJwt'))
  for (const [name, { required, example: value }] of Object.entries(parameters)) {
    if (required || name === token || name === jwt) continue
    add(`a request with ${name}`, { parameters: { [name]: String(value) } })
  }
  return cases
}

function withSession(
  { parameters }: Operation,
  header: string,
  option: SessionOption,
): Case['request'] {
  return ({ sessions }, profile) => {
    // A mock accepts any session.
    const fallback = profile === 'mock' ? String(parameters[header]?.example) : undefined
    const session = sessions[option] ?? fallback
    return session === undefined
      ? `needs the option ${option}`
      : { parameters: { [header]: session } }
  }
}

function credentialCases({ security }: Operation): CaseDraft[] {
  const { example } = security.find(({ scheme }) => scheme === 'basic') ?? {}
  if (example === undefined) return []
  return (['no credentials', 'credentials of another scheme', 'a wrong secret'] as const).map(
    (credentials) => ({
      example,
      name: credentials,
      // A mock accepts any secret.
      dependsOn: credentials === 'a wrong secret' ? 'state' : 'request',
      request: { credentials },
    }),
  )
}

function forbiddenCases(operation: Operation): CaseDraft[] {
  const { token } = operation.sessionHeaders
  if (token === undefined) return []
  return Object.entries(sessionExamples)
    .filter(([example]) => Object.hasOwn(operation.examples, example))
    .map(([example, { option, session }]) => ({
      example,
      name: session,
      dependsOn: 'state',
      request: withSession(operation, token, option),
    }))
}

function unknownCases({ examples, parameters }: Operation): CaseDraft[] {
  return Object.entries(examples).flatMap(([example, { trigger }]) => {
    const name = typeof trigger === 'object' ? trigger.unknown : ''
    const parameter = parameters[name]
    if (parameter === undefined) return []
    const request = () => {
      const value = randomValue(parameter)
      return value === undefined
        ? `no random value is a well-formed ${name}`
        : { parameters: { [name]: value } }
    }
    return { example, name: `an unknown ${name}`, dependsOn: 'state' as const, request }
  })
}

/** The case of an example that no request of this suite triggers by itself. */
function triggerCase({ examples }: Operation, example: string): CaseDraft {
  const { trigger, scenario } = examples[example] ?? {}
  const state = `in the state "${scenario?.title}"`
  const [name, target] =
    trigger === 'limit'
      ? ['a request beyond the rate limit', 'at its rate limit']
      : trigger === 'failure'
        ? ['a request while the server fails', 'that fails']
        : trigger === 'request'
          ? ['a request that is malformed in another way', undefined]
          : [`a request ${state}`, state]
  const reason = target
    ? `needs a target ${target}, by the option trigger.${example}`
    : 'no request of this suite has this response'
  return { example, name, dependsOn: 'trigger', request: () => reason }
}

function undeclaredSuffix({ method, path }: Operation): string {
  let suffix = '/contract-tests'
  while (matchOperation(method, path + suffix) !== undefined) suffix += '/contract-tests'
  return suffix
}

/**
 * Cases with a lower rank run first. Reads come before operations that may change the state they
 * depend on. Cases with a trigger come last, with the rate limit, whose window may be long, and
 * finally the failure, from which the target may have to recover.
 */
function rankOf({ operation, example, dependsOn }: Case): number {
  const trigger = operation.examples[example]?.trigger
  if (dependsOn !== 'trigger') return operation.safety === 'safe' ? 0 : 1
  return trigger === 'limit' ? 3 : trigger === 'failure' ? 4 : 2
}
