import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Readable, pipeline } from 'node:stream'
import type { Operation } from '@connected-apps/contract'

/** A complete response that a provider sends. */
export interface CannedResponse {
  status: number
  headers: Record<string, string>
  body: string | Uint8Array
}

/** What a provider does instead of sending a complete response. */
export type IncompleteResponse =
  | 'no response'
  | 'a truncated response'
  | 'a stalled response'
  | 'a closed connection'
  | 'an endless response'

/** A running provider, and the requests that it has received. */
export interface Provider extends AsyncDisposable {
  url: string
  requests: { method: string; path: string; headers: IncomingMessage['headers']; body: string }[]
}

/**
 * Serves canned responses over real HTTP. A stand-in is needed because no real provider can be made
 * to violate the contract in every possible way.
 */
export async function startProvider(
  respond: (request: Provider['requests'][number]) => CannedResponse | IncompleteResponse,
  port = 0,
): Promise<Provider> {
  const requests: Provider['requests'] = []
  const server = createServer((incoming, outgoing) => {
    let body = ''
    incoming.setEncoding('utf8').on('data', (chunk: string) => (body += chunk))
    incoming.on('end', () => {
      const { method = '', url: path = '', headers } = incoming
      const request = { method, path, headers, body }
      requests.push(request)
      const response = respond(request)
      if (typeof response === 'string') sendIncomplete(response, outgoing)
      else outgoing.writeHead(response.status, response.headers).end(response.body)
    })
  })
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, // safe: the server listens on TCP
    requests,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

function sendIncomplete(response: IncompleteResponse, outgoing: ServerResponse): void {
  if (response === 'no response') return
  if (response === 'a closed connection') {
    outgoing.destroy()
    return
  }
  const headers = { 'content-type': 'application/json' }
  if (response === 'an endless response') {
    const endless = Readable.from(repeat(Buffer.alloc(64 * 1024, ' ')))
    // The pipeline fails when the suite stops reading, which is the expected end.
    pipeline(endless, outgoing.writeHead(200, headers), () => undefined)
    return
  }
  outgoing.writeHead(200, { ...headers, 'content-length': 100 })
  outgoing.write('{"status_', () => {
    if (response === 'a truncated response') outgoing.destroy()
  })
}

function* repeat(chunk: Uint8Array): Generator<Uint8Array> {
  for (;;) yield chunk
}

/** An example of the operation as a complete and valid response. */
export function validResponse(operation: Operation, example: string): CannedResponse {
  const { status, body } = operation.examples[example] ?? {}
  if (status === undefined) throw new Error(`${operation.operationId} has no example ${example}`)
  // A number may be of seconds; 0 keeps the tests from waiting.
  const headers = Object.entries(operation.responseHeaders[status] ?? {}).map(
    ([name, { example: value }]) => [name, typeof value === 'number' ? '0' : String(value)],
  )
  return {
    status,
    headers: { 'content-type': operation.mediaType, ...Object.fromEntries(headers) },
    body: JSON.stringify(body),
  }
}
