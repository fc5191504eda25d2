import { declaresStatus } from '@connected-apps/contract'
import type { Operation } from '@connected-apps/contract'
import { contract } from '@connected-apps/contract/operations'
import type { OperationMatch } from '@connected-apps/contract/operations'
import {
  exampleResponse,
  examplesOf,
  parsePreferences,
  requestViolations,
} from '@connected-apps/scenarios'
import type { ExampleResponse, RequestParts, ScenarioPlayer } from '@connected-apps/scenarios'
import { toPrismRequest } from './prism.ts'
import type { Prism } from './prism.ts'

/** A request that has been received completely. */
export interface MockRequest extends RequestParts {
  /** As it was sent, without the query. */
  path: string
}

/** The response to send, and how long to delay it. */
export interface MockResponse extends Omit<ExampleResponse, 'headers'> {
  headers: Record<string, string | number | string[]>
  /** The contract's example that the body is; undefined when the body was generated. */
  example?: string
  waitSeconds: number
}

/**
 * Decides the response to a request: the contract's own example if the request violates the
 * contract, otherwise Prism's response for what `Prefer`, the query or a scenario id chooses.
 */
export async function respond(
  match: OperationMatch | undefined,
  request: MockRequest,
  prism: Prism,
  player: ScenarioPlayer,
): Promise<MockResponse> {
  if (!match) return { ...contract.unmatched, headers: {}, waitSeconds: 0 }
  const { operation } = match
  const { path, query, headers, body } = request
  const [violation] = requestViolations(match, request)
  if (violation) return errorResponse(operation, violation.example)
  const preferences = parsePreferences(operation, headers.get('prefer'), query)
  if ('error' in preferences) {
    return errorResponse(operation, operation.malformedExample, { preference: preferences.error })
  }
  const { dynamic, seed } = preferences
  const planned = preferences.example
    ? undefined
    : player.nextResponse(match, scenarioId(match, request))
  const chosen = preferences.example ?? planned?.example
  const bytes = body as Uint8Array // safe: a body that is too long has violated the contract above
  const response = await prism(toPrismRequest(operation, { path, query, headers, body: bytes }), {
    ...(chosen && { code: exampleResponse(operation, chosen).status }),
    ...(chosen && !dynamic && { exampleKey: chosen }),
    ...(dynamic && { dynamic }),
    ...(seed !== undefined && { seed }),
  })
  const status = response.statusCode
  if (!declaresStatus(operation, status))
    throw new Error(`Prism responded with status ${response.statusCode}`)
  const example = chosen ?? examplesOf(operation, status)[0]
  return {
    status,
    headers: response.headers ?? {},
    body: response.body,
    ...(example && !dynamic && { example }),
    waitSeconds: preferences.waitSeconds ?? planned?.waitSeconds ?? 0,
  }
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
): MockResponse {
  const { status, headers, body } = exampleResponse(operation, example)
  return {
    status,
    headers,
    body: details ? { ...(body as object), error_details: details } : body, // errors are objects
    example,
    waitSeconds: 0,
  }
}
