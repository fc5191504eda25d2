import * as http from 'node:http'
import * as https from 'node:https'
import { expandPath } from '@connected-apps/contract'
import type { Operation, PathParameters, ReceivedResponse } from '@connected-apps/contract'
import type { RunSettings } from '../options.ts'
import { NoResponseError, decodeResponse, receiveBody, toNoResponseError } from './exchange.ts'
import type { Exchange } from './exchange.ts'
import { basicCredentials, defaultBody, parameterValues, pick } from './request.ts'
import type { CaseRequest, Credentials } from './request.ts'

/**
 * Sends a request that the client would reject. It uses `node:http`, since `fetch` removes the segments
 * `..` and `%2E%2E` from a path. Does not follow redirects. Throws a {@link NoResponseError}.
 */
export async function sendRaw(
  operation: Operation,
  request: CaseRequest,
  settings: RunSettings,
): Promise<Exchange> {
  const { protocol, hostname, port, pathname } = new URL(settings.url)
  const values = parameterValues(operation, request, settings)
  const ids = values as PathParameters // safe: every path parameter has a value
  const path =
    pathname.replace(/\/$/, '') +
    expandPath(operation, ids, encodeSegment) +
    (request.pathSuffix ?? '')
  const query = new URLSearchParams(pick(values, operation.queryParameters))
  const body = bodyOf(operation, request)
  const authorization = authorizationOf(request.credentials, settings)
  const headers = new Headers({
    accept: operation.mediaType,
    ...(authorization === undefined ? {} : { authorization }),
    ...(body === undefined ? {} : { 'content-type': body.mediaType }),
    // If the operation may have a body, servers expect a length even without one.
    ...(operation.requestBody && { 'content-length': `${Buffer.byteLength(body?.text ?? '')}` }),
    ...pick(values, operation.headerParameters),
    ...request.headers,
  })
  const { request: createRequest } = protocol === 'https:' ? https : http
  const signal = AbortSignal.timeout(settings.timeoutMs)
  try {
    const outgoing = createRequest({
      protocol,
      hostname: hostname.replace(/^\[|\]$/g, ''),
      port,
      method: operation.method,
      path: query.size === 0 ? path : `${path}?${query.toString()}`,
      headers: Object.fromEntries(headers),
      agent: false,
      signal,
    })
    // Errors after the response head also reach the reader of the body. Without a listener here,
    // the same error would terminate the process.
    outgoing.on('error', () => undefined)
    outgoing.end(body?.text)
    return { sent: { query, headers }, received: await receive(outgoing) }
  } catch (error) {
    // A timeout in the middle of a body surfaces as a connection error, so the signal takes precedence.
    throw toNoResponseError(signal.aborted ? signal.reason : error, settings.timeoutMs)
  }
}

async function receive(outgoing: http.ClientRequest): Promise<ReceivedResponse> {
  const { incoming, hasBody } = await receiveHead(outgoing)
  const body = hasBody ? await receiveBody(incoming) : Buffer.alloc(0)
  return decodeResponse(incoming.statusCode ?? 0, toHeaders(incoming), body)
}

// After a 101, Node.js emits `upgrade` in place of `response` and `error`, and there is no body.
function receiveHead(
  outgoing: http.ClientRequest,
): Promise<{ incoming: http.IncomingMessage; hasBody: boolean }> {
  return new Promise((resolve, reject) => {
    outgoing.once('response', (incoming) => resolve({ incoming, hasBody: true }))
    outgoing.once('upgrade', (incoming, socket) => {
      socket.destroy()
      resolve({ incoming, hasBody: false })
    })
    outgoing.once('error', reject)
    outgoing.once('close', () =>
      reject(new NoResponseError('no response before the connection closed')),
    )
  })
}

function encodeSegment(value: string): string {
  return /^\.{1,2}$/.test(value) ? value.replaceAll('.', '%2E') : encodeURIComponent(value)
}

function bodyOf(
  operation: Operation,
  { body }: CaseRequest,
): { mediaType: string; text: string } | undefined {
  if (body !== undefined) return body === 'none' ? undefined : body
  const { requestBody } = operation
  return requestBody && { ...requestBody, text: JSON.stringify(defaultBody(operation)) }
}

function authorizationOf(
  credentials: Credentials = 'given',
  settings: RunSettings,
): string | undefined {
  if (credentials === 'no credentials') return undefined
  if (credentials === 'credentials of another scheme') return 'Bearer contract-tests'
  return `Basic ${basicCredentials(credentials, settings)}`
}

function toHeaders({ headersDistinct }: http.IncomingMessage): Headers {
  const pairs = Object.entries(headersDistinct).flatMap(([name, values = []]) =>
    values.map((value): [string, string] => [name, value]),
  )
  return new Headers(pairs)
}
