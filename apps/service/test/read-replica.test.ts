import { execFile } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { Client } from 'pg'
import { pino } from 'pino'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { explainError } from '../src/command-errors.ts'
import { hashOf } from '../src/hash.ts'
import { WaitingForStandbyError, waitingCommits } from '../src/postgres/commit-gate.ts'
import { Database } from '../src/postgres/database.ts'
import type { Cluster } from '../src/postgres/embedded/cluster.ts'
import { findFreePort } from '../src/postgres/embedded/cluster.ts'
import { ReadReplica, replicaSlot } from '../src/postgres/replica/read-replica.ts'
import { UnconfirmedCommitError } from '../src/server/cause.ts'
import type { Service } from '../src/service.ts'
import { addAppAuthorizations } from './history/http/app-authorizations.ts'
import { ServiceSystem } from './history/http/service-system.ts'
import { useDatabase } from './support/database.ts'
import { readMetrics } from './support/metrics.ts'
import { useOwnPostgres } from './support/own-postgres.ts'
import { setParameters } from './support/parameters.ts'
import { pgbouncerMissing, startPgBouncer } from './support/pgbouncer.ts'
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
    // So that a commit that waits leaves no connection to the primary.
    poolSize: 1,
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

function setNames(value: string): Promise<void> {
  return setParameters(postgres.cluster.url, { synchronous_standby_names: value })
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

/** Lets revokes wait for the replica, which is only sure once a checkpoint was made. */
async function waitForReplica(): Promise<void> {
  await setNames(name)
  await waitFor('sync')
  // A session that was there before may not have loaded the configuration yet.
  const session = await connect(withCommit('off'))
  const text =
    'SELECT checkpoint_time > pg_conf_load_time() AS is_later FROM pg_control_checkpoint()'
  await vi.waitUntil(
    async () => {
      await session.query('CHECKPOINT')
      return (await session.query<{ is_later: boolean }>(text)).rows[0]?.is_later
    },
    { timeout: 10_000 },
  )
  await session.end()
}

const isTrusted = async () =>
  (await readMetrics(reading.url)).get('connected_apps_read_replica_trusted') === 1

/** Waits for that after `synchronous_standby_names` has changed. */
async function waitForTrust(isTrustedNow = isTrusted): Promise<void> {
  const check = async () => {
    await onPrimary.query('CHECKPOINT')
    return isTrustedNow()
  }
  await expect.poll(check, { timeout: 10_000, interval: 200 }).toBe(true)
}

async function lookups(result: 'used' | 'unknown' | 'in_doubt'): Promise<number> {
  const metrics = await readMetrics(reading.url)
  // It is there before the first lookup.
  return metrics.get(`connected_apps_replica_lookups_total{result="${result}"}`) ?? Number.NaN
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
  return { token: tokens.accessToken, refreshToken: tokens.refreshToken, authorization, at }
}

/** The URL with the role's name and password. */
const as = (role: string, url: string) =>
  Object.assign(new URL(url), { username: role, password: 'x' }).href

/** Cancels the commits that wait for the replica, or terminates their connections. */
async function end(how: 'cancel' | 'terminate'): Promise<void> {
  await waitForCommit()
  await onPrimary.query(
    `SELECT pg_${how}_backend(pid) FROM pg_stat_activity WHERE wait_event = 'SyncRep'`,
  )
}

/** Waits until so many commits wait for the replica. */
async function waitForCommit(count = 1): Promise<void> {
  const text = "SELECT FROM pg_stat_activity WHERE wait_event = 'SyncRep'"
  await expect
    .poll(async () => (await onPrimary.query(text)).rowCount, { timeout: 20_000 })
    .toBeGreaterThanOrEqual(count)
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

  it('a token that it does not know yet is read from the primary, and so is a caller', async () => {
    const known = await giveAccess(reading)
    await pause()
    const unknown = await giveAccess(careless)
    const system = known.at(careless)
    await system.signIn()
    const tokens = await system.exchange(await system.obtainCode())
    for (const [{ at }, token = ''] of [
      [known, tokens?.accessToken],
      [unknown, unknown.token],
    ] as const) {
      const before = await lookups('unknown')
      expect(await at(reading).introspect(token)).toBe(true)
      expect(await lookups('unknown')).toBeGreaterThan(before)
    }
    await resume()
  })

  it('a secret that it does not know yet is compared with those on the primary', async () => {
    const { token, authorization } = await giveAccess(reading)
    const { resourceServerId } = authorization.resourceServer
    const instances = [reading.url]
    const withSecret = (secret: string) =>
      new ServiceSystem({
        ...authorization,
        instances,
        resourceServer: { resourceServerId, secret },
      }).introspectAsApi(token)
    await pause()
    await onPrimary.query(
      'UPDATE resource_servers SET next_secret_hash = $1 WHERE resource_server_id = $2',
      [hashOf('new'), resourceServerId],
    )
    expect(await withSecret('new')).toBe(true)
    await expect(withSecret('wrong')).rejects.toThrow('401')
    await resume()
  })
})

describe('an instance that reads from a replica', () => {
  // Otherwise a test that fails would make those after it wait.
  afterEach(resume)

  it('waits for it in sessions that began without the setting of its role, too', async () => {
    await onPrimary.query('SET synchronous_commit = remote_apply')
    await onPrimary.query("CREATE ROLE carol LOGIN PASSWORD 'x'")
    await onPrimary.query('GRANT postgres, pg_read_all_stats TO carol')
    await onPrimary.query('ALTER ROLE carol SET synchronous_commit = remote_apply')
    await onPrimary.query('SET synchronous_commit = off')
    // As a pooler's sessions have it that began before.
    const service = await startInstance(as('carol', withCommit('on')), {
      readDatabaseUrl: as('carol', replicaUrl),
    })
    const { token, at } = await giveAccess(service)
    await pause()
    const revoked = at(service).revoke()
    await waitForCommit()
    await resume()
    await revoked
    expect(await at(service).introspect(token)).toBe(false)
    await service.close()
  })

  it('does not acknowledge what was committed without it, since the wait was cancelled', async () => {
    const { token, at } = await giveAccess(reading)
    await pause()
    const revoked = at(reading).revoke()
    await Promise.all([expect(revoked).rejects.toThrow(': 500'), end('cancel')])
    expect(await at(reading).introspect(token)).toBe(true)
    expect(log.join('')).toContain('"cause":"commit_failed"')
    const database = new Database({
      url: test.database.url,
      poolSize: 1,
      isReplicaRead: true,
      onError: () => undefined,
    })
    const confirmed = database.transactional(async () => {
      await database.begin()
      await database.confirmCommits()
      return true
    })
    await Promise.all([expect(confirmed).rejects.toThrow(UnconfirmedCommitError), end('cancel')])
    await resume()
    await database.close()
  })

  it('acknowledges a repeated revoke of a token once what the first one did is applied', async () => {
    const { token, refreshToken, at } = await giveAccess(reading)
    const system = at(reading)
    await pause()
    const revokeToken = () => system.revokeToken(refreshToken, 'refresh_token')
    await Promise.all([expect(revokeToken()).rejects.toThrow(': 500'), end('terminate')])
    const repeated = revokeToken()
    await waitForCommit()
    expect(await system.introspect(token)).toBe(true)
    await resume()
    await repeated
    expect(await system.introspect(token)).toBe(false)
  })
})

describe('a replica that commits stop to wait for', () => {
  it('is not read within a second, and again only once it has what it missed', async () => {
    const { token, at } = await giveAccess(reading)
    await setNames('')
    await expect.poll(isTrusted, { timeout: 10_000 }).toBe(false)
    expect(log.at(-1)).toContain('revokes do not wait for the replica')
    await pause()
    await at(reading).revoke()
    await waitForReplica()
    const primaryUrl = withCommit('remote_apply')
    const another = new ReadReplica({ url: replicaUrl, primaryUrl, logger: logTo([]) })
    try {
      await another.start()
      expect(another.isTrusted).toBe(false)
      expect(await at(reading).introspect(token)).toBe(false)
      await resume()
      await waitForTrust(() => Promise.resolve(another.isTrusted))
      const from = (column: string, statement = column) =>
        another.query({ name: statement, text: `SELECT ${column} AS replica_slot` }, [])
      expect(await from(replicaSlot, 'own')).toEqual([{ replica_slot: name }])
      // What comes from another server, or from one that was promoted, is not used.
      expect(await from("'replica2'")).toBeUndefined()
      expect(await from('NULL::text')).toBeUndefined()
    } finally {
      await another.close()
    }
    await waitForTrust()
    expect(log.at(-1)).toContain('trusted again')
  })

  it('leaves introspection to the primary when it is stopped, and says that revokes hang', async () => {
    const { token, at } = await giveAccess(reading)
    await replica.stop()
    const before = await lookups('in_doubt')
    expect(await at(reading).introspect(token)).toBe(true)
    expect(await lookups('in_doubt')).toBeGreaterThan(before)
    // Both instances find it out, whether they read from it or not.
    for (const { url } of [reading, careless]) {
      await expect.poll(() => isReady(url), { timeout: 10_000 }).toBe(false)
      const withoutStandby = await fetch(`${url}/health/ready?exclude=standby`)
      expect(await withoutStandby.json()).toMatchObject({ cause: 'waiting_for_standby' })
      expect(withoutStandby.status).toBe(200)
    }
    expect(log.join('')).toContain('"cause":"waiting_for_standby"')
    await replica.restart()
    await waitForTrust()
    expect(await isReady(reading.url)).toBe(true)
    onReplica = await connect(replicaUrl)
  })

  it('gets no more commits than there are connections, however busy they are', async () => {
    await pause()
    const poolSize = 3
    const database = new Database({
      url: test.database.url,
      poolSize,
      isReplicaRead: true,
      statementTimeoutMs: 500,
      queueTimeoutMs: 500,
      onError: () => undefined,
    })
    const commit = () => database.confirmCommits()
    const inTransaction = () =>
      database.transactional(async () => {
        await database.begin()
        return true
      })
    const countWaiting = async () => {
      const text = `SELECT cardinality(${waitingCommits}) AS count`
      return (await database.query<{ count: number }>({ name: 'count', text }, []))[0]?.count
    }
    try {
      const results = await Promise.allSettled(Array.from({ length: 20 }, commit))
      expect(results.filter(({ status }) => status === 'fulfilled')).toEqual([])
      expect(await countWaiting()).toBe(poolSize)
      // Those that were given up still wait, so it stays like this, also while reads use all connections.
      const stopReads = new AbortController()
      const read = async () => {
        const slowly = { name: 'read-slowly', text: 'SELECT pg_sleep(0.3)' }
        while (!stopReads.signal.aborted) await database.query(slowly, []).catch(() => undefined)
      }
      const reads = Array.from({ length: 9 }, read)
      await sleep(2500)
      expect(database.rejectsCommits).toBe(true)
      stopReads.abort()
      await Promise.all(reads)
      const opened = vi.fn<() => void>()
      database.pool.on('connect', opened)
      for (let attempt = 0; attempt < poolSize * 2; attempt++) {
        await expect(commit()).rejects.toThrow(WaitingForStandbyError)
        await expect(inTransaction()).rejects.toThrow(WaitingForStandbyError)
      }
      expect(opened.mock.calls.length).toBeLessThanOrEqual(poolSize)
      expect(await countWaiting()).toBe(poolSize)
    } finally {
      await resume()
    }
    await expect.poll(() => database.rejectsCommits, { timeout: 10_000 }).toBe(false)
    await Promise.all([commit(), inTransaction()])
    await database.close()
  })

  it('is connected, but applies nothing: that is seen once a commit waits', async () => {
    const { token, at } = await giveAccess(reading)
    await pause()
    expect(await isReady(careless.url)).toBe(true)
    // Neither the commits of other databases count, nor the time that a statement takes before.
    const elsewhere = await connect(postgres.cluster.url)
    await elsewhere.query('SET synchronous_commit = remote_apply')
    const others = [elsewhere.query('CREATE TABLE elsewhere ()')]
    await waitForCommit()
    expect(await isReady(careless.url)).toBe(true)
    const slow = await connect(withCommit('remote_apply'))
    others.push(slow.query('CREATE TABLE slow AS SELECT FROM pg_sleep(1)'))
    await waitForCommit(2)
    const startedAt = performance.now()
    const revoked = at(reading).revoke()
    await expect.poll(() => isReady(careless.url), { timeout: 9000, interval: 200 }).toBe(false)
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(5000)
    // The replica is still read, since nothing that it lacks was acknowledged.
    const used = await lookups('used')
    expect(await at(reading).introspect(token)).toBe(true)
    expect(await lookups('used')).toBeGreaterThan(used)
    await resume()
    await Promise.all([revoked, ...others])
    await Promise.all([elsewhere.end(), slow.end()])
    expect(await isReady(careless.url)).toBe(true)
  })
})

describe('a standby at DATABASE_URL', () => {
  it('leaves an instance not ready, even to introspect, since it may not have the last revokes', async () => {
    const lines: string[] = []
    const service = await startInstance(replicaUrl, { logger: logTo(lines) })
    expect(lines.join('')).toContain('DATABASE_URL leads to a standby')
    for (const query of ['', '?exclude=standby']) {
      const response = await fetch(`${service.url}/health/ready${query}`)
      expect(response.status).toBe(503)
      expect(await response.json()).toMatchObject({ cause: 'read_only' })
    }
    await service.close()
  })

  it('puts a replica in doubt, also once a primary has become one', async () => {
    const logger = logTo([])
    const another = new ReadReplica({ url: replicaUrl, primaryUrl: replicaUrl, logger })
    await expect(another.start()).rejects.toThrow('DATABASE_URL leads to a standby; set it to')
    await another.close()
  })

  it('does not let provision change anything', async () => {
    const provision = fileURLToPath(new URL('../src/provision/command.ts', import.meta.url))
    const provisioned = promisify(execFile)(process.execPath, [provision, 'project'], {
      env: { PATH: process.env['PATH'], DATABASE_URL: replicaUrl },
    })
    await expect(provisioned).rejects.toMatchObject({
      code: 2,
      stderr:
        'provision: PostgreSQL at DATABASE_URL reports: cannot execute INSERT in a read-only transaction; set DATABASE_URL to the URL of the primary\n',
    })
  })
})

describe('the service does not start with a replica', () => {
  const refused = (databaseUrl: string, readDatabaseUrl: string) =>
    startInstance(databaseUrl, { readDatabaseUrl }).then(
      async (service) => {
        await service.close()
        return ['it started']
      },
      (error: unknown) => explainError(error),
    )

  beforeAll(async () => {
    // A member of the owner may use the tables, but is no superuser.
    await onPrimary.query('SET synchronous_commit = remote_apply')
    await onPrimary.query("CREATE ROLE ada LOGIN PASSWORD 'x'; GRANT postgres TO ada")
    await onPrimary.query('CREATE ROLE "b o" LOGIN PASSWORD \'x\'')
    await onPrimary.query('GRANT postgres, pg_read_all_stats TO "b o"')
    await onPrimary.query('SET synchronous_commit = off')
  })

  it.each([
    ['that is asynchronous', '', /\(replica1 is async\); set synchronous_standby_names/],
    ['of which revokes need any', 'ANY 1 (replica1, x)', /is ANY 1 \(replica1, x\); set/],
  ])('%s', async (_, names, reason) => {
    await setNames(names)
    await waitFor(names === '' ? 'async' : 'quorum')
    const lines = await refused(withCommit('remote_apply'), replicaUrl)
    await waitForReplica()
    expect(lines).toEqual([expect.stringMatching(reason)])
  })

  it('for which revokes do not surely wait, since the primary made no checkpoint', async () => {
    await setNames('')
    await waitFor('async')
    await setNames(name)
    await waitFor('sync')
    const lines = await refused(withCommit('remote_apply'), replicaUrl)
    await waitForReplica()
    expect(lines).toEqual([
      expect.stringMatching(
        /run CHECKPOINT on the primary, two seconds after the reload or later; to start without/,
      ),
    ])
  })

  it('on which its revokes are not applied before they are acknowledged', async () => {
    const reason = /ALTER ROLE .* SET synchronous_commit = remote_apply, and restart/
    expect(await refused(withCommit('on'), replicaUrl)).toEqual([expect.stringMatching(reason)])
    // A setting of the database comes before one of all roles.
    const database = `DATABASE "${new URL(test.database.url).pathname.slice(1)}"`
    await onPrimary.query('ALTER ROLE ALL SET synchronous_commit = remote_apply')
    await onPrimary.query(`ALTER ${database} SET synchronous_commit = on`)
    const lines = await refused(withCommit('remote_apply'), replicaUrl)
    await onPrimary.query('ALTER ROLE ALL RESET synchronous_commit')
    await onPrimary.query(`ALTER ${database} RESET synchronous_commit`)
    expect(lines).toEqual([expect.stringMatching(reason)])
    // A setting of the role, which a session that was there before does not have.
    await onPrimary.query('ALTER ROLE "b o" SET synchronous_commit = remote_apply')
    const service = await startInstance(as('b o', test.database.url), {
      readDatabaseUrl: as('b o', replicaUrl),
      logger: logTo(log),
    })
    await onPrimary.query('ALTER ROLE "b o" RESET synchronous_commit')
    const doubt = 'ALTER ROLE \\"b o\\" SET synchronous_commit = remote_apply'
    await expect.poll(() => log.join(''), { timeout: 10_000 }).toContain(doubt)
    await service.close()
  })

  it.each([
    ['DATABASE_URL', () => [as('ada', withCommit('remote_apply')), replicaUrl]],
    ['READ_DATABASE_URL', () => [withCommit('remote_apply'), as('ada', replicaUrl)]],
  ] as const)('if the role of %s may not see who waits', async (variable, urls) => {
    const [databaseUrl, readUrl] = urls() as [string, string]
    expect(await refused(databaseUrl, readUrl)).toEqual([
      expect.stringMatching(
        new RegExp(`^the role of ${variable} may not .* GRANT pg_read_all_stats TO ada on`),
      ),
    ])
  })

  it('behind a pooler that shares connections', async ({ skip }) => {
    skip(pgbouncerMissing !== undefined, pgbouncerMissing)
    await using pgbouncer = await startPgBouncer(replicaUrl, 'transaction')
    expect(await refused(withCommit('remote_apply'), pgbouncer.url)).toEqual([
      'READ_DATABASE_URL leads to a connection pooler that shares connections between clients; set DATABASE_PREPARE=off, or make it pool sessions; to start without the replica, unset READ_DATABASE_URL',
    ])
  })

  it('in place of the primary', async () => {
    expect(await refused(replicaUrl, replicaUrl)).toEqual([
      'DATABASE_URL leads to a standby; set it to the URL of the primary',
    ])
  })

  it('that is none, or of something else, or not there', async () => {
    const closed = Object.assign(new URL(replicaUrl), { port: String(await findFreePort()) }).href
    const other = Object.assign(new URL(replicaUrl), { pathname: '/postgres' }).href
    for (const [url, reason] of [
      [test.database.url, /leads to a server that is no standby/],
      [other, /leads to another database/],
      [
        closed,
        /^no PostgreSQL server is listening at READ_DATABASE_URL; to start without the replica, unset READ/,
      ],
    ] as const) {
      expect(await refused(withCommit('remote_apply'), url)).toEqual([
        expect.stringMatching(reason),
      ])
    }
  })
})

it('a replica that is promoted is not read from then on', async () => {
  await waitForTrust()
  const { token, at } = await giveAccess(reading)
  await setNames('')
  await onReplica.query('SELECT pg_promote()')
  // The promoted server still has the token, and knows nothing of the revoke.
  await at(careless).revoke()
  expect(await at(reading).introspect(token)).toBe(false)
  await expect.poll(isTrusted, { timeout: 10_000 }).toBe(false)
})
