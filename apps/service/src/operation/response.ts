import { randomUUID } from 'node:crypto'
import type { Example, Operation } from '@connected-apps/contract'
import { contract } from '@connected-apps/contract/operations'

/** A response that the contract defines. */
export interface ContractResponse {
  /** The name of the contract's example of an error, or `ok`; for the log and the metrics. */
  outcome: string
  status: number
  /** The request_id in it is replaced by the one of the request. */
  body: unknown
  retryAfterSeconds?: number
}

/** The response to a request that no operation matches. */
export const unmatched = toError(contract.unmatched.example, contract.unmatched)

/** The response to what cannot be parsed as a request. */
export const malformed = toError(contract.malformed.example, contract.malformed)

/** The response while the service starts. The contract has none for this, so it only has the same form. */
export const unavailable: ContractResponse = {
  outcome: 'unavailable',
  status: 503,
  body: {
    ...contract.malformed.body,
    status_code: 503,
    error_type: 'service_unavailable',
    error_message: 'The service is starting. Send the request again.',
    error_url: 'https://stytch.com/docs/api/errors/503',
  },
  retryAfterSeconds: 1,
}

/** The error of an operation that has this name. */
export function errorNamed(
  { operationId, examples }: Pick<Operation, 'operationId' | 'examples'>,
  name: string,
): ContractResponse {
  const example = examples[name]
  if (example === undefined) throw new Error(`${operationId} has no example ${name}`)
  return toError(name, example)
}

/** The error that the contract defines for this trigger: a rate limit, or a failure. */
export function errorOf(operation: Operation, trigger: 'limit' | 'failure'): ContractResponse {
  return findError(operation, trigger, (each) => each === trigger)
}

/** The error of an operation for a value of one of these parameters that does not exist. */
export function unknownError(operation: Operation, ...parameters: string[]): ContractResponse {
  return findError(
    operation,
    `an unknown ${parameters.join(' or ')}`,
    (each) => typeof each === 'object' && parameters.includes(each.unknown),
  )
}

function findError(
  { operationId, examples }: Operation,
  description: string,
  isTrigger: (trigger: Example['trigger']) => boolean,
): ContractResponse {
  for (const [name, example] of Object.entries(examples)) {
    if (isTrigger(example.trigger)) return toError(name, example)
  }
  throw new Error(`${operationId} has no example for ${description}`)
}

function toError(
  outcome: string,
  { status, body }: Pick<Example, 'status' | 'body'>,
): ContractResponse {
  return { outcome, status, body }
}

/** Generates a request_id, which shows whether the request came from a live or a test project. */
export function newRequestId(projectId: string | undefined): string {
  const environment = projectId?.startsWith('project-live-') ? 'live' : 'test'
  return `request-id-${environment}-${randomUUID()}`
}

/** Writes the body of a response as JSON, with the request_id of this request. */
export function serializeBody({ body }: ContractResponse, requestId: string): string {
  return JSON.stringify({ ...(body as object), request_id: requestId }) // the contract's bodies are objects
}

/** The media type of {@link serializeBody}. */
export const jsonType = 'application/json'

/** Builds the HTTP response: status, headers and body. */
export function toHttpResponse(response: ContractResponse, requestId: string): Response {
  const { status, retryAfterSeconds } = response
  const headers = new Headers({ 'content-type': jsonType, 'cache-control': 'no-store' })
  if (retryAfterSeconds !== undefined) headers.set('retry-after', String(retryAfterSeconds))
  if (status === 401) headers.set('www-authenticate', 'Basic realm="project"')
  return new Response(serializeBody(response, requestId), { status, headers })
}
