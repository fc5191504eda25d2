import type { Server } from 'node:http'

/** Where to listen. */
export interface ListenOptions {
  host: string
  /** 0 for any free port. */
  port: number
  /** The options or variables that set them, for error messages: `--host` or `HOST`. */
  names?: { host: string; port: string }
}

/** A server cannot listen on an address; the message says why and what to do. */
export class ListenError extends Error {
  override name = 'ListenError'
}

/**
 * Starts listening, and resolves to the server's URL, without a trailing slash. If the server listens
 * on every address of the machine, the host of the URL is `localhost`.
 *
 * @throws {ListenError}
 * @example
 * const url = await listen(server, { host: '127.0.0.1', port: 0 }) // http://127.0.0.1:49152
 */
export async function listen(server: Server, options: ListenOptions): Promise<string> {
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen({ host: options.host, port: options.port }, () => {
        server.off('error', reject)
        resolve()
      })
    })
  } catch (error) {
    throw new ListenError(describe(error, options), { cause: error })
  }
  return urlOf(server, options.host)
}

function describe(
  error: unknown,
  { host, port, names = { host: 'host', port: 'port' } }: ListenOptions,
): string {
  switch (error instanceof Error && 'code' in error ? error.code : undefined) {
    case 'EADDRINUSE':
      return `port ${port} on ${host} is in use; set ${names.port} to another one, or to 0 for any that is free`
    case 'EACCES':
      return `port ${port} on ${host} requires privileges; set ${names.port} to one above 1023`
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `${host} is not an address of this machine; set ${names.host} to one, such as 127.0.0.1`
    case 'ERR_SOCKET_BAD_PORT':
      return `${port} is not a port; set ${names.port} to a whole number from 0 to 65535`
    default:
      return `cannot listen on ${host}, port ${port}: ${error instanceof Error ? error.message : String(error)}`
  }
}

function urlOf(server: Server, host: string): string {
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the server has no port')
  const text = `http://${host.includes(':') ? `[${host}]` : host}:${address.port}`
  // An IPv6 address with a zone, as in fe80::1%eth0, is not allowed in a URL.
  if (!URL.canParse(text)) return text
  const url = new URL(text)
  if (url.hostname === '0.0.0.0' || url.hostname === '[::]') url.hostname = 'localhost'
  return url.origin
}
