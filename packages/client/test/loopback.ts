import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Status } from '@connected-apps/contract'
import { operation } from '@connected-apps/contract'
import { responseExamples } from '@connected-apps/contract/examples'
import { onTestFinished } from 'vitest'

/** A real server on loopback, and what it was asked. */
export interface Loopback {
  url: string
  requests: IncomingMessage[]
  stop: () => Promise<void>
}

/** Listens on a free port until the test that asked for it is over. */
export async function listen(answer: RequestListener): Promise<Loopback> {
  const requests: IncomingMessage[] = []
  const server = createServer((request, response) => {
    requests.push(request)
    request.resume()
    answer(request, response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const stop = async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
  onTestFinished(stop)
  const { port } = server.address() as AddressInfo // it listens on TCP
  return { url: `http://127.0.0.1:${port}`, requests, stop }
}

/** The contract's first example for a status. */
export function exampleOf(status: Status): Record<string, unknown> {
  const [example] = Object.values(responseExamples[`${status}`])
  return { ...example }
}

/** Answers with the contract's example. */
export function answerWith(
  response: ServerResponse,
  status: Status,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { 'content-type': operation.mediaType, ...headers })
  response.end(JSON.stringify(exampleOf(status)))
}
