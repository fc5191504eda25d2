import type { ClientConfig } from 'pg'
import { Client } from 'pg'

/** How long a new connection may take, once its server has been chosen. */
const defaultConnectTimeoutMs = 3000
/** How long a server may take to report whether it accepts writes. */
const probeTimeoutMs = 2000

/** Whether a server accepts writes. A standby, or a server whose disk is full, can only be read. */
export const writableQuery = "SELECT current_setting('transaction_read_only') = 'off' AS writable"

/**
 * Splits a URL with several hosts, such as `postgres://ada@h1:5432,h2:5433/x`, into one URL for each
 * host. Only the hosts are separated by commas, so a URL with one host stays as it is.
 */
export function urlsOf(databaseUrl: string): string[] {
  const [, start = '', hosts, rest = ''] =
    /^([a-z]+:\/\/(?:[^/?#]*@)?)([^/?#@]*)(.*)$/s.exec(databaseUrl) ?? []
  if (hosts === undefined) return [databaseUrl]
  return hosts.split(',').map((host) => start + host + rest)
}

/**
 * What to create a client or a pool with. Connecting fails after a timeout. If the URL has several
 * hosts, each connection goes to one that accepts writes at that time, so it follows a failover.
 */
export function clientFor(
  databaseUrl: string,
  connectTimeoutMs = defaultConnectTimeoutMs,
): {
  connectionString: string
  Client: typeof Client
} {
  const urls = urlsOf(databaseUrl)
  const [connectionString = databaseUrl] = urls
  class TimedClient extends Client {
    constructor(config?: string | ClientConfig) {
      const given = typeof config === 'string' ? { connectionString: config } : config
      // Not a pool's own timeout, which is also for the time in the pool's queue.
      super({ ...given, connectionTimeoutMillis: connectTimeoutMs })
    }
  }
  return {
    connectionString,
    Client: urls.length === 1 ? TimedClient : createMultiHostClass(TimedClient, urls),
  }
}

/** Runs `use` with a connection of its own, and closes it; that rolls an open transaction back. */
export async function withClient<Result>(
  databaseUrl: string,
  options: Pick<ClientConfig, 'application_name' | 'query_timeout'>,
  use: (client: Client) => Promise<Result>,
): Promise<Result> {
  const { Client: ClientClass, connectionString } = clientFor(databaseUrl)
  const client = new ClientClass({ ...options, connectionString })
  ignoreErrorEvents(client)
  try {
    await client.connect()
    return await use(client)
  } finally {
    await client.end()
  }
}

/** A broken connection makes the running query fail, which is enough; the event would end the process. */
function ignoreErrorEvents(client: Client): void {
  client.on('error', () => undefined)
}

type Callback = ((error: Error) => void) | ((error: null, client: Client) => void)

function createMultiHostClass(Base: typeof Client, urls: string[]): typeof Client {
  return class MultiHostClient extends Base {
    override connect(): Promise<Client>
    override connect(callback: Callback): void
    override connect(callback?: Callback): Promise<Client> | void {
      const connected = findWritable(urls).then((server) => {
        // pg reads both when it connects, and offers no other way to choose them that late.
        Object.assign(this, server)
        return super.connect()
      })
      if (callback === undefined) return connected
      const notify = callback as (error: Error | null, client?: Client) => void // both forms of it
      connected.then(
        () => notify(null, this),
        (error: Error) => notify(error),
      )
    }
  }
}

type Server = Required<Pick<ClientConfig, 'host' | 'port'>>

/** Probes all servers at the same time, so that one that doesn't respond causes no delay. */
async function findWritable(urls: string[]): Promise<Server> {
  try {
    return await Promise.any(urls.map(probe))
  } catch (cause) {
    const { errors } = cause as AggregateError // Promise.any rejects with nothing else
    const reasons = errors.map((error: Error) => error.message).join('; ')
    throw new Error(`no server at DATABASE_URL accepts writes: ${reasons}`, { cause })
  }
}

async function probe(connectionString: string): Promise<Server> {
  const client = new Client({
    connectionString,
    connectionTimeoutMillis: probeTimeoutMs,
    query_timeout: probeTimeoutMs,
    application_name: 'connected-apps probe',
  })
  ignoreErrorEvents(client)
  const { host, port } = client
  try {
    await client.connect()
    const { rows } = await client.query<{ writable: boolean }>(writableQuery)
    if (rows[0]?.writable === true) return { host, port }
  } catch (cause) {
    const { message, code } = cause as NodeJS.ErrnoException // pg rejects with nothing else
    throw new Error(`${host}:${port}: ${message || code}`, { cause })
  } finally {
    await client.end()
  }
  throw new Error(`${host}:${port}: read-only`)
}
