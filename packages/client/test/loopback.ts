import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Operation } from '@connected-apps/contract'
import { onTestFinished } from 'vitest'
import type { ExampleKind } from './operations.ts'
import { exampleOf } from './operations.ts'

/** A real server on loopback, and the requests it received. */
export interface LoopbackServer {
  url: string
  requests: IncomingMessage[]
  stop: () => Promise<void>
}

/** Listens on a free port until the end of the test that called it. */
export async function listen(respond: RequestListener): Promise<LoopbackServer> {
  const requests: IncomingMessage[] = []
  const server = createServer((request, response) => {
    requests.push(request)
    request.resume()
    respond(request, response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const stop = async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
  onTestFinished(stop)
  const { port } = server.address() as AddressInfo // safe: a TCP server has an AddressInfo
  return { url: `http://127.0.0.1:${port}`, requests, stop }
}

/** Sends an example of the contract. */
export function respondWith(
  response: ServerResponse,
  operation: Operation,
  kind: ExampleKind,
  headers: Record<string, string> = {},
): void {
  const { status, body } = exampleOf(operation, kind)
  response.writeHead(status, { 'content-type': operation.mediaType, ...headers })
  response.end(JSON.stringify(body))
}
