import { createServer } from 'node:http'
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A provider whose responses a test defines, and which records its requests. */
export interface Provider {
  url: string
  /** Sends the response to each request from now on. */
  respond: (response: ServerResponse, request: IncomingMessage) => void
  requests: { method: string; url: string; headers: IncomingHttpHeaders; body: string }[]
  close(): Promise<void>
}

export async function startProvider(): Promise<Provider> {
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk)
    const { method = '', url = '', headers } = request
    provider.requests.push({ method, url, headers, body: Buffer.concat(chunks).toString() })
    provider.respond(response, request)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo // it listens on TCP
  const provider: Provider = {
    url: `http://127.0.0.1:${port}`,
    respond: (response) => response.destroy(),
    requests: [],
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
  return provider
}
