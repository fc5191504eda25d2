import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Pool } from 'pg'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { Cluster } from '../src/embedded/cluster.ts'
import { startCluster } from '../src/embedded/cluster.ts'
import { killBackend, killPostgres } from './kill/victims.ts'
import type { Granted } from './support/many-grants.ts'
import { addManyGrants } from './support/many-grants.ts'
import { Random } from './history/random.ts'
import type { Acknowledged } from './kill/revokers.ts'
import { startRevoking } from './kill/revokers.ts'
import type { ServiceProcess } from './support/service-process.ts'
import { isReady, startServiceProcess } from './support/service-process.ts'

const victims = ['service', 'postgres', 'backend'] as const
const killsOfEach = 8
const clients = 8
const mostRevokesPerKill = 60

// What is killed loses its memory, not the machine's: that PostgreSQL also waits for the disk is
// left to its own tests. It would be noticed here if a commit were acknowledged before it is written.
describe('kill -9 in the middle of revokes', { timeout: 240_000 }, () => {
  let directory: string
  let cluster: Cluster
  let pool: Pool
  let service: ServiceProcess
  let queue: Granted[]
  const acknowledged: Acknowledged[] = []
  const unanswered: Granted[] = []
  const forgotten = new Set<string>()
  const kills = { service: 0, postgres: 0, backend: 0 }

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'connected-apps-kill-'))
    cluster = await startCluster(directory)
    pool = new Pool({ connectionString: cluster.url, max: 2 })
    // Its connections break whenever PostgreSQL is killed; the next query makes new ones.
    pool.on('error', () => undefined)
    service = await startServiceProcess({ databaseUrl: cluster.url })
    const needed = victims.length * killsOfEach * (mostRevokesPerKill + 2 * clients)
    queue = await addManyGrants(pool, [service.url], needed)
  }, 60_000)

  afterAll(async () => {
    const total = kills.service + kills.postgres + kills.backend
    process.stdout.write(
      `kills: ${total} (${kills.service} of the service, ${kills.postgres} of PostgreSQL, ` +
        `${kills.backend} of one of its processes), acknowledged revokes: ${acknowledged.length}, ` +
        `without an answer: ${unanswered.length}, forgotten: ${forgotten.size}\n`,
    )
    await service.stop()
    // Before what may wait for it: no PostgreSQL is left behind, however the tests ended.
    await cluster.stop()
    await pool.end()
    await rm(directory, { recursive: true, force: true })
  })

  it.for(victims)('forgets no acknowledged revoke when the victim is: %s', async (victim) => {
    const random = new Random(Date.now())
    for (let kill = 0; kill < killsOfEach; kill += 1) {
      const revokers = startRevoking(queue, clients)
      await revokers.reached(1 + random.below(mostRevokesPerKill))
      await strike(victim)
      await revokers.stop()
      kills[victim] += 1
      acknowledged.push(...revokers.acknowledged)
      unanswered.push(...revokers.unanswered)
      await recover(victim)
      await lookForForgotten(revokers.acknowledged)
      expect([...forgotten]).toEqual([])
    }
  })

  it('still remembers them all in the end', async () => {
    await lookForForgotten(acknowledged)
    expect([...forgotten]).toEqual([])
    expect(unanswered.length).toBeGreaterThan(0)
  })

  it('has written down each revoke that had its effect, and no other', async () => {
    const { rows } = await pool.query(
      `SELECT c.member_id, c.revocations, count(a.audit_id)
       FROM connections c LEFT JOIN audit_log a USING (organization_id, member_id, connected_app_id)
       GROUP BY c.member_id, c.revocations HAVING c.revocations <> count(a.audit_id)`,
    )
    expect(rows).toEqual([])
  })

  async function strike(victim: (typeof victims)[number]): Promise<void> {
    if (victim === 'service') await service.kill()
    else if (victim === 'postgres') await killPostgres(cluster)
    else await killBackend(pool)
  }

  /** The service is started again; but with PostgreSQL it must come back by itself. */
  async function recover(victim: (typeof victims)[number]): Promise<void> {
    if (victim === 'service') {
      const port = Number(new URL(service.url).port)
      service = await startServiceProcess({ databaseUrl: cluster.url, port })
      return
    }
    if (victim === 'postgres') await cluster.restart()
    await vi.waitUntil(() => isReady(service.url), { timeout: 20_000 })
    expect(service.child.exitCode).toBeNull()
  }

  async function lookForForgotten(revokes: Acknowledged[]): Promise<void> {
    const rest = [...revokes]
    const work = async (): Promise<void> => {
      for (let next = rest.pop(); next !== undefined; next = rest.pop()) {
        const { system, accessToken, refreshToken } = next.granted
        if (await answerOf(() => system.introspect(accessToken)))
          forgotten.add(`${next.requestId}: active`)
        if (await answerOf(() => system.refresh(refreshToken)))
          forgotten.add(`${next.requestId}: refreshed`)
      }
    }
    await Promise.all(Array.from({ length: clients }, work))
    const { rows } = await answerOf(() =>
      pool.query<{ request_id: string }>(
        "SELECT request_id FROM audit_log WHERE action = 'revoke'",
      ),
    )
    const written = new Set(rows.map((row) => row.request_id))
    for (const { requestId } of revokes) {
      if (!written.has(requestId)) forgotten.add(`${requestId}: no audit row`)
    }
  }
})

/** A connection of before the kill may still fail once. */
function answerOf<Answer>(ask: () => Promise<Answer>): Promise<Answer> {
  return vi.waitFor(ask, { timeout: 20_000 })
}
