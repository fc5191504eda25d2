import type { ExampleName, Operation } from '@connected-apps/contract'
import { contract } from '@connected-apps/contract/operations'
import type { OperationMatch } from '@connected-apps/contract/operations'
import { exampleResponse, examplesOf } from './choose-example.ts'
import type { ExampleResponse } from './choose-example.ts'
import type { ScenarioPlayer } from './player.ts'
import { parsePreferences } from './preferences.ts'
import { requestViolations } from './request-violations.ts'
import type { RequestParts } from './request-violations.ts'

/** What was decided for a request: a complete response, an example, or a body to generate. */
export type Plan = FixedPlan | ExamplePlan | DynamicPlan

/** No operation matches, or the request violates the contract. */
interface FixedPlan {
  kind: 'fixed'
  response: ExampleResponse
  example: string
  waitSeconds: 0
}

/** The response is an example of the operation. */
interface ExamplePlan {
  kind: 'example'
  operation: Operation
  status: number
  example: ExampleName
  waitSeconds: number
}

/** The body is generated from the schema of this status. */
interface DynamicPlan {
  kind: 'dynamic'
  operation: Operation
  status: number
  seed?: string
  waitSeconds: number
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
    return { kind: 'fixed', response: { status, headers: {}, body }, example, waitSeconds: 0 }
  }
  const { operation } = match
  const [violation] = requestViolations(match, request)
  if (violation) return fixedPlan(operation, violation.example)
  const { query, headers } = request
  const preferences = parsePreferences(operation, headers.get('prefer'), query)
  if ('error' in preferences) {
    return fixedPlan(operation, operation.malformedExample, { preference: preferences.error })
  }
  const { dynamic, seed } = preferences
  const planned = preferences.example
    ? undefined
    : player.nextResponse(match, scenarioId(match, request))
  const [success] = examplesOf(operation, operation.successStatus)
  const example = preferences.example ?? planned?.example ?? success
  if (example === undefined) throw new Error(`${operation.operationId} has no example of a success`)
  const { status } = exampleResponse(operation, example)
  const waitSeconds = preferences.waitSeconds ?? planned?.waitSeconds ?? 0
  return dynamic
    ? { kind: 'dynamic', operation, status, ...(seed !== undefined && { seed }), waitSeconds }
    : { kind: 'example', operation, status, example, waitSeconds }
}

function fixedPlan(operation: Operation, example: string, details?: object): FixedPlan {
  const response = errorResponse(operation, example, details)
  return { kind: 'fixed', response, example, waitSeconds: 0 }
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
