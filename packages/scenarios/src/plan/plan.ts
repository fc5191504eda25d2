import type { ExampleName, Operation } from '@connected-apps/contract'
import { contract } from '@connected-apps/contract/operations'
import type { OperationMatch } from '@connected-apps/contract/operations'
import { exampleResponse, examplesOf } from './choose-example.ts'
import type { ExampleResponse } from './choose-example.ts'
import type { ScenarioPlayer } from '../scenario/player.ts'
import { parsePreferences } from './preferences.ts'
import { requestViolations } from './request-violations.ts'
import type { RequestParts } from './request-violations.ts'
import type { Scenario } from '../scenario/scenario.ts'

/** The decision on a request: a complete response, an example, or a body to generate. */
export type Plan = FixedPlan | ExamplePlan | DynamicPlan

/** No operation matches, or the request violates the contract. */
export interface FixedPlan {
  kind: 'fixed'
  response: ExampleResponse
  example: ExampleName
  delayMs: 0
  /** What is wrong with the request, if an operation matches. It contains no values from the request. */
  reason?: string
}

/** The response is an example of the operation. */
export interface ExamplePlan {
  kind: 'example'
  operation: Operation
  status: number
  example: ExampleName
  /** How long to delay the response. */
  delayMs: number
  /** Whether the request chose this response itself; then its list is left as it is. */
  isPreferred: boolean
  /** The scenario that the request selected by an id. */
  scenario?: Scenario
}

/** The request prefers a body generated from the schema of this status. */
export interface DynamicPlan extends Omit<ExamplePlan, 'kind' | 'example'> {
  kind: 'dynamic'
  seed?: string
}

/**
 * Decides the response to a request: if it violates the contract, the example for that violation;
 * otherwise the response chosen by `Prefer`, the query or a scenario id.
 */
export function planResponse(
  match: OperationMatch | undefined,
  request: RequestParts,
  player: ScenarioPlayer,
): Plan {
  if (!match) {
    const { status, body, example } = contract.unmatched
    const headers = { 'content-type': 'application/json' }
    return { kind: 'fixed', response: { status, headers, body }, example, delayMs: 0 }
  }
  const { operation } = match
  const [violation] = requestViolations(match, request)
  if (violation) {
    const { example, where, pointer, message } = violation
    const reason = [where, pointer, message].filter(Boolean).join(' ')
    return { ...fixedPlan(operation, example), reason }
  }
  const { query, headers } = request
  const preferences = parsePreferences(operation, headers.get('prefer'), query)
  if ('error' in preferences) return rejectChoice(operation, { preference: preferences.error })
  const { dynamic, seed } = preferences
  const { operationId } = operation
  const scenario = preferences.example
    ? undefined
    : player.find({ operationId, id: scenarioId(match, request) })
  const planned = scenario && player.nextResponse(scenario, match)
  const [success] = examplesOf(operation, operation.successStatus)
  const example = preferences.example ?? planned?.example ?? success
  if (example === undefined) throw new Error(`${operationId} has no example of a success`)
  const plan = {
    operation,
    status: exampleResponse(operation, example).status,
    delayMs: 1000 * (preferences.waitSeconds ?? planned?.waitSeconds ?? 0),
    ...(scenario && { scenario }),
  }
  return dynamic
    ? { kind: 'dynamic', ...plan, isPreferred: true, ...(seed !== undefined && { seed }) }
    : { kind: 'example', ...plan, isPreferred: preferences.example !== undefined, example }
}

/** The plan for a request whose preference or isolation key is invalid; the details say why. */
export function rejectChoice(
  operation: Operation,
  details: { preference: string } | { key: string },
): FixedPlan {
  const [reason = ''] = Object.values(details)
  return { ...fixedPlan(operation, operation.malformedExample, details), reason }
}

function fixedPlan(operation: Operation, name: string, details?: object): FixedPlan {
  const example = name as ExampleName // safe: the code generation checks the names
  const response = errorResponse(operation, example, details)
  return { kind: 'fixed', response, example, delayMs: 0 }
}

/** The value of the parameter that selects scenarios; empty if it was not sent. */
function scenarioId({ operation, path }: OperationMatch, { query, headers }: RequestParts): string {
  const { parameter } = operation.scenarios
  return path[parameter] ?? query.get(parameter) ?? headers.get(parameter) ?? ''
}

/** The response of an error example, with `error_details` for reasons that are particular to the mock. */
export function errorResponse(
  operation: Operation,
  example: string,
  details?: object,
): ExampleResponse {
  const { status, headers, body } = exampleResponse(operation, example)
  return {
    status,
    headers,
    body: details ? { ...(body as object), error_details: details } : body, // safe: errors are objects
  }
}
