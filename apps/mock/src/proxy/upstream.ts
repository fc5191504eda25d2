import { BodyAbortedError, explainNetworkError, readBody } from '@connected-apps/node-http'
import http from 'node:http'
import https from 'node:https'
import type { ClientRequest, IncomingMessage } from 'node:http'

/** The largest response that is accepted; those of the contract have a few hundred bytes. */
export const maxResponseBytes = 10 * 1024 * 1024

/** How long the provider may take; longer than the longest delay of the mock. */
const timeoutMs = 90_000

/** A request to forward, byte for byte. */
export interface ForwardedRequest {
  method: string
  /** Path and query, as they were received. */
  target: string
  /** Alternating names and values, as in Node.js. */
  rawHeaders: string[]
  body: Buffer
}

/** The provider's response, byte for byte. */
export interface UpstreamResponse {
  status: number
  statusText: string
  rawHeaders: string[]
  headers: Headers
  body: Buffer
}

/** There is no response that could be passed on. */
class UpstreamError extends Error {
  override name = 'UpstreamError'
}

/** The provider responded, but not with one complete HTTP response. */
export class BrokenResponseError extends UpstreamError {
  override name = 'BrokenResponseError'
  /** Which part is broken. */
  readonly where: 'status' | 'head' | 'body'

  constructor(where: BrokenResponseError['where'], message: string, options?: ErrorOptions) {
    super(message, options)
    this.where = where
  }
}

/**
 * Forwards a request. Redirects are not followed, because the client must see them.
 *
 * @throws {UpstreamError}
 */
export async function forward(
  upstream: URL,
  { method, target, rawHeaders, body }: ForwardedRequest,
  clientClosed: AbortSignal,
): Promise<UpstreamResponse> {
  const client = upstream.protocol === 'https:' ? https : http
  const signal = AbortSignal.any([clientClosed, AbortSignal.timeout(timeoutMs)])
  try {
    const request = client.request(upstream, {
      method,
      path: upstream.pathname.replace(/\/$/, '') + target,
      headers: requestHeaders(upstream, rawHeaders, body),
      signal,
    })
    // A connection that is reused may be one that the upstream is closing, and a request that was lost
    // there must not be repeated, since the upstream may have received it.
    request.shouldKeepAlive = false
    request.end(body)
    return await receiveResponse(await receiveHead(request), signal)
  } catch (error) {
    if (error instanceof UpstreamError) throw error
    const { reason } = explainNetworkError(error)
    throw new UpstreamError(`${upstream.origin} did not respond: ${reason}`, { cause: error })
  }
}

function receiveHead(request: ClientRequest): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    request.once('response', resolve)
    // Without this listener, a 101 would be followed by neither a response nor an error.
    request.once('upgrade', (response, socket) => {
      socket.destroy()
      const status = `${response.statusCode} ${response.statusMessage}`
      reject(new BrokenResponseError('status', `is ${status}, but no upgrade was requested`))
    })
    // Not `once`, because the parser also reports errors here after it has received the head.
    request.on('error', (error: NodeJS.ErrnoException) => {
      const isNotHttp = error.code?.startsWith('HPE_') === true
      reject(isNotHttp ? new BrokenResponseError('head', 'is not HTTP', { cause: error }) : error)
    })
    request.once('close', () => reject(new Error('the connection was closed')))
  })
}

async function receiveResponse(
  response: IncomingMessage,
  signal: AbortSignal,
): Promise<UpstreamResponse> {
  const rawHeaders = endToEndHeaders(response.rawHeaders)
  return {
    status: response.statusCode ?? 0,
    statusText: response.statusMessage ?? '',
    rawHeaders,
    headers: new Headers(toPairs(rawHeaders)),
    body: await receiveBody(response, signal),
  }
}

async function receiveBody(response: IncomingMessage, signal: AbortSignal): Promise<Buffer> {
  const body = await readBody(response, { maxBytes: maxResponseBytes })
  if (body === 'too long') {
    throw new BrokenResponseError('body', `is longer than ${maxResponseBytes} bytes`)
  }
  if (!(body instanceof BodyAbortedError)) return body
  // After an abort the response is not to blame: the client disconnected or the timeout expired.
  if (signal.aborted) throw signal.reason
  throw new BrokenResponseError('body', 'is incomplete', { cause: body.cause })
}

function requestHeaders(upstream: URL, rawHeaders: string[], body: Buffer): string[] {
  const replaced = new Set(['host', 'accept-encoding', 'content-length', 'expect'])
  return [
    'Host',
    upstream.host,
    'Connection',
    'close',
    ...toPairs(endToEndHeaders(rawHeaders))
      .filter(([name]) => !replaced.has(name.toLowerCase()))
      .flat(),
    // A compressed body would have to be decoded before it can be checked.
    'Accept-Encoding',
    'identity',
    'Content-Length',
    String(body.length),
  ]
}

const hopByHopNames = [
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]

/** Removes the headers that apply to a single connection only (RFC 9110 section 7.6.1). */
function endToEndHeaders(rawHeaders: string[]): string[] {
  const headers = toPairs(rawHeaders)
  const namedByConnection = headers
    .filter(([name]) => name.toLowerCase() === 'connection')
    .flatMap(([, value]) => value.toLowerCase().split(/[ \t]*,[ \t]*/))
  const removed = new Set([...hopByHopNames, ...namedByConnection])
  return headers.filter(([name]) => !removed.has(name.toLowerCase())).flat()
}

function toPairs(rawHeaders: string[]): [string, string][] {
  return Array.from({ length: rawHeaders.length / 2 }, (_, index) => [
    rawHeaders[2 * index] ?? '',
    rawHeaders[2 * index + 1] ?? '',
  ])
}
