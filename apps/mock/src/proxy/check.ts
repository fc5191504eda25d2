import { checkResponse } from '@connected-apps/contract'
import type { Operation, ReceivedResponse, ResponseViolation } from '@connected-apps/contract'
import { contract, matchOperation } from '@connected-apps/contract/operations'
import type { OperationMatch } from '@connected-apps/contract/operations'
import { decodeBody, UndecodableBodyError } from '@connected-apps/node-http'
import { requestViolations } from '@connected-apps/scenarios'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { readableHeaders } from '../http/request.ts'
import { BrokenResponseError, maxResponseBytes } from './upstream.ts'
import type { UpstreamResponse } from './upstream.ts'
import type { ContractViolation } from './violations.ts'

/** A request with its target split into path and query, and the response to it. */
export interface ProxyExchange {
  request: IncomingMessage
  response: ServerResponse
  path: string
  query: URLSearchParams
}

/** The result of checking an exchange. */
export interface CheckedExchange {
  /** Undefined if the request is for no operation of the contract. */
  operation: Operation | undefined
  violations: ContractViolation[]
  /** The provider's response; undefined if it was incomplete or the request was not sent. */
  response?: UpstreamResponse
  /** The response in the form that was checked, with its body decoded. */
  received?: ReceivedResponse
}

/** Checks a request and, if it conforms to the contract, sends it and checks the response. */
export async function checkExchange(
  exchange: ProxyExchange,
  body: Buffer | 'too long',
  send: (bytes: Buffer) => Promise<UpstreamResponse>,
): Promise<CheckedExchange> {
  const match = matchOperation(exchange.request.method ?? '', exchange.path)
  if (!match) return { operation: undefined, violations: [unmatchedRequest] }
  const { operation } = match
  const violations = checkRequest(match, exchange, body)
  if (violations.length > 0 || body === 'too long') return { operation, violations }
  try {
    const response = await send(body)
    return { operation, response, ...(await checkUpstreamResponse(operation, response)) }
  } catch (error) {
    if (!(error instanceof BrokenResponseError)) throw error
    const { where, message } = error
    return { operation, violations: [{ direction: 'response', where, message }] }
  }
}

const unmatchedRequest: ContractViolation = {
  direction: 'request',
  where: 'method and path',
  message: `match no operation of the contract (${contract.title} ${contract.version})`,
}

function checkRequest(
  match: OperationMatch,
  exchange: ProxyExchange,
  body: Buffer | 'too long',
): ContractViolation[] {
  const { request, query } = exchange
  const repeated = repeatedParts(match.operation, exchange)
  const others = requestViolations(match, {
    query,
    headers: readableHeaders(request.headers),
    body,
  })
  const violations: Omit<ContractViolation, 'direction'>[] = [
    // The upstream might take it for a part of the path, which was not checked with it.
    ...(request.url?.includes('#') ? [{ where: 'path', message: 'must not have a fragment' }] : []),
    ...repeated.map((where) => ({ where, message: 'is sent more than once' })),
    // Of a repeated part, only one value was checked, or all of them joined.
    ...others.filter(({ where }) => !repeated.includes(where)),
  ]
  return violations.map(({ where, pointer, message }) => ({
    direction: 'request',
    where,
    ...(pointer && { pointer }),
    message,
  }))
}

/**
 * The parts of a request that are sent more than once. Node.js takes one of several values and other
 * servers another, so the value that was checked need not be the one that counts.
 */
export function repeatedParts(
  { parameters, security }: Pick<Operation, 'parameters' | 'security'>,
  { request, query }: { request: Pick<IncomingMessage, 'rawHeaders'>; query: URLSearchParams },
): string[] {
  const sent = request.rawHeaders
    .filter((_, index) => index % 2 === 0)
    .map((name) => name.toLowerCase())
  const named = (location: 'header' | 'query') =>
    Object.keys(parameters).filter((name) => parameters[name]?.in === location)
  const headers = [
    'Host',
    ...(security.length > 0 ? ['Authorization'] : []),
    'Content-Type',
    ...named('header'),
  ]
  return [
    ...headers
      .filter((name) => sent.filter((each) => each === name.toLowerCase()).length > 1)
      .map((name) => `header ${name}`),
    ...named('query')
      .filter((name) => query.getAll(name).length > 1)
      .map((name) => `query ${name}`),
  ]
}

/** Some providers compress although the proxy requested `identity`; only an encoding that cannot be decoded is a violation. */
async function checkUpstreamResponse(
  operation: Operation,
  { status, headers, body }: UpstreamResponse,
): Promise<Pick<CheckedExchange, 'violations' | 'received'>> {
  const decoded = await decodeBody(body, headers.get('content-encoding'), {
    maxBytes: maxResponseBytes,
  })
  if (decoded instanceof UndecodableBodyError) {
    return responseViolation('header Content-Encoding', decoded.message)
  }
  if (decoded === 'too long') {
    return responseViolation('body', `is longer than ${maxResponseBytes} bytes once decoded`)
  }
  const withoutEncoding = new Headers(headers)
  withoutEncoding.delete('content-encoding')
  const received = { status, headers: withoutEncoding, body: decoded }
  return { received, violations: checkResponse(operation, received).map(toContractViolation) }
}

function responseViolation(where: string, message: string): Pick<CheckedExchange, 'violations'> {
  return { violations: [{ direction: 'response', where, message }] }
}

function toContractViolation({ part, where, message }: ResponseViolation): ContractViolation {
  const direction = 'response'
  if (part === 'header') return { direction, where: `header ${where}`, message }
  if (part === 'media type') return { direction, where: 'header Content-Type', message }
  return { direction, where: part, ...(where !== '' && { pointer: where }), message }
}
