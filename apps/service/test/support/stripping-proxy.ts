import { once } from 'node:events'
import type { AddressInfo, Socket } from 'node:net'
import { connect, createServer } from 'node:net'

/** What PgBouncer 1.18 passes on of the parameters with which a client starts a connection. */
const passedOn = new Set(['user', 'database', 'client_encoding', 'application_name'])

export interface StrippingProxy extends AsyncDisposable {
  /** The database's URL, through the proxy. */
  url: string
}

/** Starts a proxy that drops settings at the start of a connection, as poolers do. */
export async function startStrippingProxy(databaseUrl: string): Promise<StrippingProxy> {
  const target = new URL(databaseUrl)
  const sockets = new Set<Socket>()
  const server = createServer((client) => {
    const upstream = connect(Number(target.port), target.hostname)
    for (const [socket, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(socket)
      // Either side may be reset, because PostgreSQL is killed on purpose.
      socket.on('error', () => undefined)
      socket.on('close', () => other.destroy())
    }
    void relayStartup(client, upstream)
    upstream.pipe(client)
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = server.address() as AddressInfo // it listens on TCP
  return {
    url: Object.assign(new URL(databaseUrl), { port: String(port) }).href,
    async [Symbol.asyncDispose]() {
      const closed = once(server.close(), 'close')
      for (const socket of sockets) socket.destroy()
      await closed
    },
  }
}

async function relayStartup(client: Socket, upstream: Socket): Promise<void> {
  let received = Buffer.alloc(0)
  while (received.length < 4 || received.length < received.readInt32BE(0)) {
    const [chunk] = (await once(client, 'data')) as [Buffer] // no encoding is set
    received = Buffer.concat([received, chunk])
  }
  const length = received.readInt32BE(0)
  upstream.write(withoutSettings(received.subarray(0, length)))
  upstream.write(received.subarray(length))
  client.pipe(upstream)
}

/** A StartupMessage is its length, the protocol's version, and pairs of names and values. */
function withoutSettings(message: Buffer): Buffer {
  const headerLength = 8
  const texts = message.toString('utf8', headerLength).split('\0')
  let kept = ''
  for (let index = 0; texts[index]; index += 2) {
    const [name = '', value = ''] = texts.slice(index, index + 2)
    if (passedOn.has(name)) kept += `${name}\0${value}\0`
  }
  const body = Buffer.from(`${kept}\0`)
  const header = Buffer.from(message.subarray(0, headerLength))
  header.writeInt32BE(headerLength + body.length)
  return Buffer.concat([header, body])
}
