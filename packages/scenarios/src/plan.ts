import type { ExampleName, Operation } from '@connected-apps/contract'
import { contract } from '@connected-apps/contract/operations'
import type { OperationMatch } from '@connected-apps/contract/operations'
import { exampleResponse, examplesOf } from './choose-example.ts'
import type { ExampleResponse } from './choose-example.ts'
import type { ScenarioPlayer } from './player.ts'
import { parsePreferences } from './preferences.ts'
import { requestViolations } from './request-violations.ts'
import type { RequestParts } from './request-violations.ts'
import type { Scenario } from './scenario.ts'

/** What was decided for a request: a complete response, an example, or a body to generate. */
export type Plan = FixedPlan | ExamplePlan | DynamicPlan

/** No operation matches, or the request violates the contract. */
export interface FixedPlan {
  kind: 'fixed'
  response: ExampleResponse
  example: ExampleName
  delayMs: 0
  /** What is wrong with the request, if an operation matches. It contains no value of the request. */
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
  /** The request preferred this response, so no list is written into it. */
  isPreferred: boolean
  /** The scenario that the request selected by an id. */
  scenario?: Scenario
}

/** The request prefers a body that is generated from the schema of this status. */
export interface DynamicPlan extends Omit<ExamplePlan, 'kind' | 'example'> {
  kind: 'dynamic'
  seed?: string
}

/**
 * Decides the response to a request: the contract's own example if the request violates the
 * contract, otherwise what `Prefer`, the query or a scenario id chooses.
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

/** The response to a request with something for the mock that is not valid; the details say what. */
export function rejectChoice(
  operation: Operation,
  details: { preference: string } | { key: string },
): FixedPlan {
  const [reason = ''] = Object.values(details)
  return { ...fixedPlan(operation, operation.malformedExample, details), reason }
}

function fixedPlan(operation: Operation, name: string, details?: object): FixedPlan {
  const example = name as ExampleName // the generation checks the names
  const response = errorResponse(operation, example, details)
  return { kind: 'fixed', response, example, delayMs: 0 }
}

/** The value of the parameter by which the operation's scenarios are chosen; empty if it is not sent. */
function scenarioId({ operation, path }: OperationMatch, { query, headers }: RequestParts): string {
  const { parameter } = operation.scenarios
  return path[parameter] ?? query.get(parameter) ?? headers.get(parameter) ?? ''
}

/** An example of the contract, with `error_details` where only the mock knows the reason. */
export function errorResponse(
  operation: Operation,
  example: string,
  details?: object,
): ExampleResponse {
  const { status, headers, body } = exampleResponse(operation, example)
  return {
    status,
    headers,
    body: details ? { ...(body as object), error_details: details } : body, // errors are objects
  }
}
