import { createServer } from 'node:http'
import type { RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A real server on loopback. */
export interface TestServer extends AsyncDisposable {
  readonly url: string
  /** Stops listening, and breaks off what is in flight. */
  readonly stop: () => Promise<void>
  /** Listens again at the same port. */
  readonly restart: () => Promise<void>
}

/** Listens on a free port. */
export async function serve(listener: RequestListener): Promise<TestServer> {
  const server = createServer(listener)
  const listen = (port: number) =>
    new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  const stop = async () => {
    if (!server.listening) return
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
  await listen(0)
  const { port } = server.address() as AddressInfo // it listens on TCP
  return {
    url: `http://127.0.0.1:${port}`,
    stop,
    restart: () => listen(port),
    [Symbol.asyncDispose]: stop,
  }
}
