import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Readable, pipeline } from 'node:stream'
import { operation } from '@connected-apps/contract'
import { exampleBody, statusOf } from '@connected-apps/contract/examples'
import type { ExampleName } from '@connected-apps/contract/examples'

/** An answer as a provider writes it. */
export interface CannedResponse {
  status: number
  headers: Record<string, string>
  body: string | Uint8Array
}

/** What a provider does in place of an answer. */
export type NoAnswer =
  | 'silence'
  | 'half an answer'
  | 'half an answer, then silence'
  | 'a broken connection'
  | 'an endless answer'

/** A provider that runs, and what it was asked. */
export interface Provider extends AsyncDisposable {
  url: string
  requests: { path: string; headers: IncomingMessage['headers']; body: string }[]
}

/**
 * Serves canned answers over real HTTP. It stands in for a provider because no real one can be
 * made to lie.
 */
export async function startProvider(
  answer: (request: Provider['requests'][number]) => CannedResponse | NoAnswer,
): Promise<Provider> {
  const requests: Provider['requests'] = []
  const server = createServer((incoming, outgoing) => {
    let body = ''
    incoming.setEncoding('utf8').on('data', (chunk: string) => (body += chunk))
    incoming.on('end', () => {
      const request = { path: incoming.url ?? '', headers: incoming.headers, body }
      requests.push(request)
      const given = answer(request)
      if (typeof given === 'string') fail(given, outgoing)
      else outgoing.writeHead(given.status, given.headers).end(given.body)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, // listens on TCP
    requests,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

function fail(failure: NoAnswer, outgoing: ServerResponse): void {
  if (failure === 'silence') return
  if (failure === 'a broken connection') {
    outgoing.destroy()
    return
  }
  const { status, headers, body } = rightResponse('revoked')
  if (failure === 'an endless answer') {
    const endless = Readable.from(repeat(Buffer.alloc(64 * 1024, ' ')))
    // It ends when the other side has had enough, which is no error here.
    pipeline(endless, outgoing.writeHead(status, headers), () => undefined)
    return
  }
  outgoing.writeHead(status, { ...headers, 'content-length': body.length })
  outgoing.write(body.slice(0, 10), () => {
    if (failure === 'half an answer') outgoing.destroy()
  })
}

function* repeat(chunk: Uint8Array): Generator<Uint8Array> {
  for (;;) yield chunk
}

/** The contract's own answer, as right as can be. */
export function rightResponse(example: ExampleName): CannedResponse {
  const status = statusOf(example)
  return {
    status,
    headers: {
      'content-type': operation.mediaType,
      // Each declared header is a number of seconds; at 0 no test waits.
      ...Object.fromEntries(operation.responseHeaders[status].map((name) => [name, '0'])),
    },
    body: JSON.stringify(exampleBody(example)),
  }
}
