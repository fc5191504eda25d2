import { isStatus } from '@connected-apps/contract'
import type { PathParameters } from '@connected-apps/contract'
import { statusOf } from '@connected-apps/contract/examples'
import type { ExampleName } from '@connected-apps/contract/examples'
import type { IncomingHttpHeaders } from 'node:http'
import { examplesOf, exampleResponse } from '../scenarios/choose-example.ts'
import type { ExampleResponse } from '../scenarios/choose-example.ts'
import type { ScenarioPlayer } from '../scenarios/player.ts'
import { requestViolations } from '../scenarios/request-violations.ts'
import { parsePreferences } from './preferences.ts'
import { toPrismRequest } from './prism.ts'
import type { Prism } from './prism.ts'

/** A request that has been received completely. */
export interface MockRequest {
  path: string
  /** Undefined when no operation matches the method and path. */
  ids: PathParameters | undefined
  query: URLSearchParams
  headers: IncomingHttpHeaders
  body: Buffer | 'too long'
}

/** The response to send, and how long to delay it. */
export interface MockResponse extends Omit<ExampleResponse, 'body'> {
  body: unknown
  /** The contract's example that the body is; undefined when the body was generated. */
  example?: ExampleName
  waitSeconds: number
}

/**
 * Decides the response to a request: the contract's own example if the request violates the
 * contract, otherwise Prism's response for what `Prefer`, the query or a scenario id chooses.
 */
export async function respond(
  { path, ids, query, headers, body }: MockRequest,
  prism: Prism,
  player: ScenarioPlayer,
): Promise<MockResponse> {
  const [violation] = requestViolations({ path: ids, headers, body })
  if (violation) return errorResponse(violation.example)
  const preferences = parsePreferences(headers['prefer'], query)
  if ('error' in preferences) {
    return errorResponse('bad_request', { preference: preferences.error })
  }
  const { dynamic, seed } = preferences
  const planned = preferences.example ? undefined : player.nextResponse(ids as PathParameters) // safe: a request without ids has violated the contract above
  const chosen = preferences.example ?? planned?.example
  const bytes = body as Buffer // safe: a body that is too long has violated it, too
  const response = await prism(toPrismRequest(path, headers, bytes), {
    ...(chosen && { code: statusOf(chosen) }),
    ...(chosen && !dynamic && { exampleKey: chosen }),
    ...(dynamic && { dynamic }),
    ...(seed !== undefined && { seed }),
  })
  const status = response.statusCode
  if (!isStatus(status)) throw new Error(`Prism responded with status ${status}`)
  const example = chosen ?? examplesOf(status)[0]
  return {
    status,
    headers: response.headers ?? {},
    body: response.body,
    ...(example && !dynamic && { example }),
    waitSeconds: preferences.waitSeconds ?? planned?.waitSeconds ?? 0,
  }
}

/** An example of the contract, with `error_details` where only the mock knows the reason. */
export function errorResponse(example: ExampleName, details?: object): MockResponse {
  const { status, headers, body } = exampleResponse(example)
  return {
    status,
    headers,
    body: details ? { ...body, error_details: details } : body,
    example,
    waitSeconds: 0,
  }
}
