import { mkdtempDisposable } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Pool } from 'pg'
import { startCluster } from '../src/postgres/embedded/cluster.ts'
import { addManyGrants } from '../test/support/many-grants.ts'
import { readMetrics } from '../test/support/metrics.ts'
import { setParameters } from '../test/support/parameters.ts'
import { startReplica } from '../test/support/replica.ts'
import { startServiceProcess } from '../test/support/service-process.ts'

const revokes = 300

/** What the introspections said that followed acknowledged revokes. */
export interface ReplicaResult {
  /** How many of them called a token active. */
  active: number
  /** How many of them were read from the replica. */
  fromReplica: number
}

/**
 * Revokes one grant after the other, and asks after each whether its token is active. The instance that
 * is asked reads from a replica, which is busy with a lot that other transactions write.
 *
 * @param commit for what the instance that revokes waits. The replica is only to be trusted if it is
 * `remote_apply`, but the instance that is asked can't know that of another one.
 */
export async function revokeUnderNoise(commit: 'remote_apply' | 'on'): Promise<ReplicaResult> {
  await using directory = await mkdtempDisposable(join(tmpdir(), 'service-soak-'))
  const primary = await startCluster(directory.path)
  const pool = new Pool({ connectionString: primary.url, max: 4 })
  // Connections that are still closing when PostgreSQL stops report an error.
  pool.on('error', () => undefined)
  const replica = await startReplica(primary, 'soaked')
  await setParameters(primary.url, { synchronous_standby_names: 'soaked' })
  await until(async () => {
    await pool.query('CHECKPOINT')
    const { rows } = await pool.query(`
      SELECT FROM pg_stat_replication, pg_control_checkpoint()
      WHERE sync_state = 'sync' AND checkpoint_time > pg_conf_load_time()`)
    return rows.length > 0
  })
  const urlWith = (value: string) => `${primary.url}?options=-c%20synchronous_commit%3D${value}`
  const revoking = await startServiceProcess({ databaseUrl: urlWith(commit), build: 'dist' })
  const reading = await startServiceProcess({
    databaseUrl: urlWith('remote_apply'),
    environment: { READ_DATABASE_URL: replica.url },
    build: 'dist',
  })
  try {
    await until(() => isTrusted(reading.url))
    const grants = await addManyGrants(pool, [revoking.url], revokes)
    await applied(pool, replica.url)
    const before = await usedAt(reading.url)
    const noise = makeNoise(pool)
    let active = 0
    for (const { system, authorization, accessToken } of grants) {
      await system.revoke()
      const { resourceServerId, secret } = authorization.resourceServer
      const response = await fetch(`${reading.url}/oauth2/introspect`, {
        method: 'POST',
        headers: { authorization: `Basic ${btoa(`${resourceServerId}:${secret}`)}` },
        body: new URLSearchParams({ token: accessToken }),
      })
      const body = (await response.json()) as { active: boolean } // RFC 7662
      if (body.active) active += 1
    }
    await noise.stop()
    return { active, fromReplica: (await usedAt(reading.url)) - before }
  } finally {
    await Promise.all([revoking.stop(), reading.stop()])
    await pool.end()
    await replica.stop()
    await primary.stop()
  }
}

/** Writes as fast as it can, without waiting for a disk, and lets the replica fall behind. */
function makeNoise(pool: Pool) {
  const stopping = new AbortController()
  const write = async (): Promise<void> => {
    const client = await pool.connect()
    await client.query('SET synchronous_commit = off')
    await client.query('CREATE TABLE IF NOT EXISTS noise (id bigint, text text)')
    await client.query('CREATE INDEX IF NOT EXISTS noise_by_text ON noise (md5(text), id)')
    while (!stopping.signal.aborted) {
      await client.query(
        "INSERT INTO noise SELECT n, md5(random()::text) || repeat('x', 200) FROM generate_series(1, 2000) n",
      )
    }
    client.release(true)
  }
  const done = write()
  return {
    async stop(): Promise<void> {
      stopping.abort()
      await done
    },
  }
}

/** Waits until the replica has applied what was committed. */
async function applied(pool: Pool, replicaUrl: string): Promise<void> {
  const { rows } = await pool.query<{ lsn: string }>('SELECT pg_current_wal_lsn()::text AS lsn')
  const replica = new Pool({ connectionString: replicaUrl, max: 1 })
  const text = 'SELECT pg_last_wal_replay_lsn() >= $1::pg_lsn AS applied'
  await until(async () => {
    const found = await replica.query<{ applied: boolean }>(text, [rows[0]?.lsn])
    return found.rows[0]?.applied === true
  })
  await replica.end()
}

async function isTrusted(url: string): Promise<boolean> {
  return (await readMetrics(url)).get('connected_apps_read_replica_trusted') === 1
}

async function usedAt(url: string): Promise<number> {
  const metrics = await readMetrics(url)
  return metrics.get('connected_apps_replica_lookups_total{result="used"}') ?? 0
}

async function until(condition: () => Promise<boolean>): Promise<void> {
  const giveUpAt = performance.now() + 30_000
  while (!(await condition())) {
    if (performance.now() > giveUpAt) throw new Error(`never happened: ${condition.toString()}`)
    await sleep(50)
  }
}
