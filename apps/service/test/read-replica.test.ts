import { Client } from 'pg'
import { pino } from 'pino'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { explainError } from '../src/command-errors.ts'
import { Database } from '../src/postgres/database.ts'
import type { Cluster } from '../src/postgres/embedded/cluster.ts'
import { findFreePort } from '../src/postgres/embedded/cluster.ts'
import { ReadReplica, replicaName } from '../src/postgres/replica/read-replica.ts'
import type { Service } from '../src/service.ts'
import { addAppAuthorizations } from './history/http/app-authorizations.ts'
import { ServiceSystem } from './history/http/service-system.ts'
import { createDatabase, useDatabase } from './support/database.ts'
import { readMetrics } from './support/metrics.ts'
import { useOwnPostgres } from './support/own-postgres.ts'
import { startReplica } from './support/replica.ts'
import { isReady } from './support/service-process.ts'
import { startInstance } from './support/service.ts'

const postgres = useOwnPostgres()
const test = useDatabase(postgres)
const name = 'replica1'

let replica: Cluster
let replicaUrl: string
/** These statements don't wait for the replica themselves. */
let onPrimary: Client
let onReplica: Client
/** An instance that reads from the replica. */
let reading: Service
/** Another one, which does not. Its revokes wait for the replica's disk alone. */
let careless: Service
const log: string[] = []

beforeAll(async () => {
  const { url } = test.database
  replica = await startReplica(postgres.cluster, name)
  replicaUrl = Object.assign(new URL(url), { port: new URL(replica.url).port }).href
  onPrimary = await connect(withCommit('off'))
  await waitFor('async')
  await waitForReplica()
  reading = await startInstance(withCommit('remote_apply'), {
    readDatabaseUrl: replicaUrl,
    logger: logTo(log),
  })
  careless = await startInstance(withCommit('on'))
  onReplica = await connect(replicaUrl)
}, 60_000)

afterAll(async () => {
  await Promise.all([reading.close(), careless.close(), onReplica.end()])
  // Nothing may wait for a replica that is stopped.
  await setNames('')
  await onPrimary.end()
  await replica.stop()
})

function withCommit(value: 'off' | 'on' | 'remote_apply'): string {
  return `${test.database.url}?options=-c%20synchronous_commit%3D${value}`
}

async function connect(connectionString: string): Promise<Client> {
  const client = new Client({ connectionString })
  // The replica is stopped on purpose.
  client.on('error', () => undefined)
  await client.connect()
  return client
}

function logTo(lines: string[]) {
  return pino({ level: 'info' }, { write: (line: string) => lines.push(line) })
}

async function setNames(value: string): Promise<void> {
  await onPrimary.query(`ALTER SYSTEM SET synchronous_standby_names = '${value}'`)
  await onPrimary.query('SELECT pg_reload_conf()')
}

async function stateOnPrimary(): Promise<string | undefined> {
  const { rows } = await onPrimary.query<{ sync_state: string }>(
    "SELECT sync_state FROM pg_stat_replication WHERE state = 'streaming'",
  )
  return rows[0]?.sync_state
}

/** Waits until the primary says so of the replica. */
async function waitFor(state: string): Promise<void> {
  await vi.waitUntil(async () => (await stateOnPrimary()) === state, { timeout: 20_000 })
}

/** Lets revokes wait for the replica. */
async function waitForReplica(): Promise<void> {
  await setNames(name)
  await waitFor('sync')
}

const isTrusted = async () =>
  (await readMetrics(reading.url)).get('connected_apps_read_replica_trusted') === 1

async function lookups(result: 'used' | 'unknown' | 'in_doubt'): Promise<number> {
  const metrics = await readMetrics(reading.url)
  return metrics.get(`connected_apps_replica_lookups_total{result="${result}"}`) ?? 0
}

/** Gives an app access at an instance. @returns its token, and the same app at each of the instances */
async function giveAccess(service: Service) {
  const [authorization] = await addAppAuthorizations(test.database.pool, [service.url], 1)
  if (authorization === undefined) throw new Error('no authorization was added')
  const system = new ServiceSystem(authorization)
  await system.signIn()
  const code = await system.obtainCode()
  const tokens = await system.exchange(code)
  if (tokens === undefined) throw new Error('the code produced no tokens')
  const at = ({ url }: Service) => new ServiceSystem({ ...authorization, instances: [url] })
  return { token: tokens.accessToken, at }
}

async function waitForCommit(): Promise<void> {
  const text = "SELECT FROM pg_stat_activity WHERE wait_event = 'SyncRep'"
  await expect
    .poll(async () => (await onPrimary.query(text)).rowCount, { timeout: 20_000 })
    .toBeGreaterThan(0)
}

const pause = () => onReplica.query('SELECT pg_wal_replay_pause()')
const resume = () => onReplica.query('SELECT pg_wal_replay_resume()')

describe('while revokes wait for the replica', () => {
  it('introspection reads from it, and a revoke is acknowledged once it is applied there', async () => {
    await expect.poll(isTrusted).toBe(true)
    const { token, at } = await giveAccess(reading)
    const system = at(reading)
    const usedBefore = await lookups('used')
    expect(await system.introspect(token)).toBe(true)
    expect(await lookups('used')).toBeGreaterThan(usedBefore)

    await pause()
    let isAcknowledged = false
    const revoked = system.revoke().then(() => (isAcknowledged = true))
    await waitForCommit()
    expect(await system.introspect(token)).toBe(true)
    expect(isAcknowledged).toBe(false)
    await resume()
    await revoked

    const used = await lookups('used')
    const unknown = await lookups('unknown')
    expect(await system.introspect(token)).toBe(false)
    expect(await lookups('used')).toBeGreaterThan(used)
    expect(await lookups('unknown')).toBe(unknown)
  })

  it('a revoke that waits only for its disk is acknowledged while it still says active', async () => {
    const { token, at } = await giveAccess(reading)
    await pause()
    await at(careless).revoke()
    expect(await at(careless).introspect(token)).toBe(false)
    expect(await at(reading).introspect(token)).toBe(true)
    await resume()
    await expect.poll(() => at(reading).introspect(token)).toBe(false)
  })

  it('a token that it does not know yet is read from the primary', async () => {
    await pause()
    const { token, at } = await giveAccess(careless)
    const before = await lookups('unknown')
    expect(await at(reading).introspect(token)).toBe(true)
    expect(await lookups('unknown')).toBeGreaterThan(before)
    await resume()
  })
})
