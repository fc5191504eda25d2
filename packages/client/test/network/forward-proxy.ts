import { onTestFinished } from 'vitest'

/** What the tests use of proxy-chain, which they fetch themselves. */
interface ProxyChain {
  Server: new (options: {
    host: string
    port: number
    prepareRequestFunction: (request: ProxiedRequest) => { requestAuthentication: boolean }
  }) => {
    port: number
    listen: () => Promise<void>
    close: (closeConnections: true) => Promise<void>
  }
}

interface ProxiedRequest {
  hostname: string
  port: number
  username: string
  password: string
}

const credentials = 'user:password-of-the-proxy'

/** Starts a forward proxy with credentials, which runs until the end of the test that called it. */
export async function startForwardProxy(load: NodeJS.Require) {
  const { Server }: ProxyChain = load('proxy-chain')
  const targets: string[] = []
  const proxy = new Server({
    host: '127.0.0.1',
    port: 0,
    prepareRequestFunction({ hostname, port, username, password }) {
      const isAccepted = `${username}:${password}` === credentials
      if (isAccepted) targets.push(`${hostname}:${port}`)
      return { requestAuthentication: !isAccepted }
    },
  })
  await proxy.listen()
  onTestFinished(() => proxy.close(true))
  const host = `127.0.0.1:${proxy.port}`
  return {
    url: `http://${credentials}@${host}`,
    urlWithoutCredentials: `http://${host}`,
    /** The host and port of each request that was passed on. */
    targets,
  }
}
