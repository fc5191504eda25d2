import http from 'node:http'
import https from 'node:https'
import type { ClientRequest, IncomingMessage } from 'node:http'

/** An answer may be this long; the contract's have some hundred bytes. */
const answerLimitBytes = 10 * 1024 * 1024

/** The provider gets this long; the mock's own longest wait fits in. */
const timeoutMs = 90_000

/** A request to pass on, byte for byte. */
export interface ForwardedRequest {
  method: string
  /** Path and query, as they arrived. */
  target: string
  /** Names and values by turns, as Node.js has them. */
  rawHeaders: string[]
  body: Buffer
}

/** The provider's answer, byte for byte. */
export interface UpstreamAnswer {
  status: number
  statusText: string
  rawHeaders: string[]
  headers: Headers
  body: Buffer
}

/** The provider gave no answer that could be passed on. */
export class UpstreamError extends Error {
  override name = 'UpstreamError'
}

/** The provider did answer, but not with one whole HTTP response. */
export class BrokenAnswerError extends UpstreamError {
  override name = 'BrokenAnswerError'
  /** Which part is broken. */
  readonly where: 'status' | 'head' | 'body'

  constructor(where: BrokenAnswerError['where'], message: string, options?: ErrorOptions) {
    super(message, options)
    this.where = where
  }
}

/**
 * Passes a request on. Redirects are not followed: they are the caller's to see.
 *
 * @throws {UpstreamError}
 */
export async function forward(
  upstream: URL,
  { method, target, rawHeaders, body }: ForwardedRequest,
  gone: AbortSignal,
): Promise<UpstreamAnswer> {
  const client = upstream.protocol === 'https:' ? https : http
  const signal = AbortSignal.any([gone, AbortSignal.timeout(timeoutMs)])
  try {
    const request = client.request(upstream, {
      method,
      path: upstream.pathname.replace(/\/$/, '') + target,
      headers: requestHeaders(upstream, rawHeaders, body),
      signal,
    })
    request.end(body)
    return await readAnswer(await headOf(request), signal)
  } catch (error) {
    if (error instanceof UpstreamError) throw error
    throw new UpstreamError(`${upstream.origin} gave no answer: ${reasonOf(error)}`, {
      cause: error,
    })
  }
}

function headOf(request: ClientRequest): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    request.once('response', resolve)
    // Without this listener, a 101 would be followed by neither a response nor an error.
    request.once('upgrade', (answer, socket) => {
      socket.destroy()
      const status = `${answer.statusCode} ${answer.statusMessage}`
      reject(new BrokenAnswerError('status', `is ${status}, which nobody asked for`))
    })
    // It stays, as the parser reports here also what goes wrong after the head.
    request.on('error', (error: NodeJS.ErrnoException) => {
      const isNotHttp = error.code?.startsWith('HPE_') === true
      reject(isNotHttp ? new BrokenAnswerError('head', 'is not HTTP', { cause: error }) : error)
    })
    request.once('close', () => reject(new Error('the connection was closed')))
  })
}

async function readAnswer(answer: IncomingMessage, signal: AbortSignal): Promise<UpstreamAnswer> {
  const rawHeaders = endToEnd(answer.rawHeaders)
  return {
    status: answer.statusCode ?? 0,
    statusText: answer.statusMessage ?? '',
    rawHeaders,
    headers: new Headers(pairs(rawHeaders)),
    body: await readBody(answer, signal),
  }
}

async function readBody(answer: IncomingMessage, signal: AbortSignal): Promise<Buffer> {
  const chunks: Buffer[] = []
  let length = 0
  try {
    for await (const chunk of answer as AsyncIterable<Buffer>) {
      // no encoding is set, so chunks are buffers
      length += chunk.length
      if (length > answerLimitBytes) break
      chunks.push(chunk)
    }
  } catch (error) {
    // Then it is not the answer that broke off, but the proxy's patience or its caller's.
    if (signal.aborted) throw signal.reason
    throw new BrokenAnswerError('body', 'breaks off', { cause: error })
  }
  if (length <= answerLimitBytes) return Buffer.concat(chunks)
  throw new BrokenAnswerError('body', `is longer than ${answerLimitBytes} bytes`)
}

function requestHeaders(upstream: URL, rawHeaders: string[], body: Buffer): string[] {
  const replaced = new Set(['host', 'accept-encoding', 'content-length', 'expect'])
  return [
    'Host',
    upstream.host,
    ...pairs(endToEnd(rawHeaders))
      .filter(([name]) => !replaced.has(name.toLowerCase()))
      .flat(),
    // What is compressed could not be held against the contract.
    'Accept-Encoding',
    'identity',
    'Content-Length',
    String(body.length),
  ]
}

const hopByHop = [
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

/** Leaves out the headers that concern one connection alone (RFC 9110 section 7.6.1). */
function endToEnd(rawHeaders: string[]): string[] {
  const all = pairs(rawHeaders)
  const named = all
    .filter(([name]) => name.toLowerCase() === 'connection')
    .flatMap(([, value]) => value.toLowerCase().split(/[ \t]*,[ \t]*/))
  const dropped = new Set([...hopByHop, ...named])
  return all.filter(([name]) => !dropped.has(name.toLowerCase())).flat()
}

function pairs(rawHeaders: string[]): [string, string][] {
  return Array.from({ length: rawHeaders.length / 2 }, (_, index) => [
    rawHeaders[2 * index] ?? '',
    rawHeaders[2 * index + 1] ?? '',
  ])
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  if (error.message !== '') return error.message
  // Node.js tries each address of a name, and gives an error without a message for all of them.
  return 'code' in error ? String(error.code) : error.name
}
