import { createServer } from 'node:http'
import type { IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { operation } from '@connected-apps/contract'
import { responseExamples } from '@connected-apps/contract/examples'
import type { ExampleName } from '@connected-apps/contract/examples'
import { statusOf } from '../src/example.ts'

/** An answer as a provider writes it. */
export interface CannedResponse {
  status: number
  headers: Record<string, string>
  body: string | Uint8Array
}

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
  answer: (request: Provider['requests'][number]) => CannedResponse,
): Promise<Provider> {
  const requests: Provider['requests'] = []
  const server = createServer((incoming, outgoing) => {
    let body = ''
    incoming.setEncoding('utf8').on('data', (chunk: string) => (body += chunk))
    incoming.on('end', () => {
      const request = { path: incoming.url ?? '', headers: incoming.headers, body }
      requests.push(request)
      const { status, headers, body: text } = answer(request)
      outgoing.writeHead(status, headers).end(text)
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

/** The contract's own answer, as right as can be. */
export function rightResponse(example: ExampleName): CannedResponse {
  const status = statusOf(example)
  const examples: Record<string, unknown> = responseExamples[status]
  return {
    status,
    headers: {
      'content-type': operation.mediaType,
      // Each declared header is a number of seconds; at 0 no test waits.
      ...Object.fromEntries(operation.responseHeaders[status].map((name) => [name, '0'])),
    },
    body: JSON.stringify(examples[example]),
  }
}
