import { Client } from 'pg'
import { beforeAll, describe, expect, it } from 'vitest'
import { explainError } from '../src/command-errors.ts'
import { findFreePort } from '../src/postgres/embedded/cluster.ts'
import { clientFor, urlsOf } from '../src/postgres/hosts.ts'
import { killPostgres } from './kill/processes.ts'
import { useOwnPostgres } from './support/own-postgres.ts'
import { setParameters } from './support/parameters.ts'
import { isReady } from './support/service-process.ts'
import { startInstance } from './support/service.ts'

const postgres = [useOwnPostgres(), useOwnPostgres()] as const
/** One password for both, since a URL has only one. */
const password = 'of-both'

/** A server that is read-only like this rejects writes as a standby does. */
function setReadOnly(server: 0 | 1, value: 'on' | 'off'): Promise<void> {
  return setParameters(postgres[server].cluster.url, { default_transaction_read_only: value })
}

/** A URL of hosts that the role `ada` may use. */
function urlOf(...hosts: string[]): string {
  return `postgres://ada:${password}@${hosts.join(',')}/postgres`
}

function hostOf(server: 0 | 1): string {
  return new URL(postgres[server].cluster.url).host
}

beforeAll(async () => {
  for (const { cluster } of postgres) {
    const client = new Client({ connectionString: cluster.url })
    await client.connect()
    await client.query(`CREATE ROLE ada SUPERUSER LOGIN PASSWORD '${password}'`)
    await client.end()
  }
  await setReadOnly(1, 'on')
})

describe('a URL with several hosts', () => {
  it.each([
    ['postgres://h1/x', ['postgres://h1/x']],
    [
      'postgres://a:b@h1,h2:5433/x?c=d,e',
      ['postgres://a:b@h1/x?c=d,e', 'postgres://a:b@h2:5433/x?c=d,e'],
    ],
    [
      'postgres://a:b,c@[::1]:1,[::2]/x',
      ['postgres://a:b,c@[::1]:1/x', 'postgres://a:b,c@[::2]/x'],
    ],
    ['postgresql://h1,h2', ['postgresql://h1', 'postgresql://h2']],
  ])('stands for one URL for each: %s', (url, urls) => {
    expect(urlsOf(url)).toEqual(urls)
  })

  it('leads to the server that accepts writes, whichever it is', async () => {
    const closed = `127.0.0.1:${await findFreePort()}`
    for (const url of [
      urlOf(closed, hostOf(1), hostOf(0)),
      urlOf(hostOf(0), closed),
      urlOf(hostOf(1), hostOf(0)),
    ]) {
      const { Client: ClientClass, connectionString } = clientFor(url)
      const client = new ClientClass({ connectionString })
      await client.connect()
      expect(`${client.host}:${client.port}`).toBe(hostOf(0))
      const { rows } = await client.query<{ port: string }>('SHOW port')
      expect(hostOf(0)).toContain(rows[0]?.port)
      await client.end()
    }
  })

  it('none of which accepts writes says so in one line, with the reasons', async () => {
    const closed = `127.0.0.1:${await findFreePort()}`
    const error: unknown = await startInstance(urlOf(closed, hostOf(1))).catch(
      (reason: unknown) => reason,
    )
    expect(explainError(error)).toEqual([
      `no server at DATABASE_URL accepts writes: ${closed}: connect ECONNREFUSED ${closed}; ${hostOf(1)}: read-only`,
    ])
  })

  it('follows a failover', async () => {
    const service = await startInstance(urlOf(hostOf(0), hostOf(1)))
    expect(await isReady(service.url)).toBe(true)
    await killPostgres(postgres[0].cluster)
    await expect.poll(() => isReady(service.url), { timeout: 20_000 }).toBe(false)
    await setReadOnly(1, 'off')
    await expect.poll(() => isReady(service.url), { timeout: 20_000 }).toBe(true)
    await service.close()
  })
})
