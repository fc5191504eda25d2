import { afterAll, aroundAll, describe, expect, it, vi } from 'vitest'
import { killBackend, killPostgres } from './kill/processes.ts'
import type { Granted } from './support/many-grants.ts'
import { addManyGrants } from './support/many-grants.ts'
import { Random } from './history/random.ts'
import type { Acknowledged } from './kill/load.ts'
import { startRevoking } from './kill/load.ts'
import { useDatabase } from './support/database.ts'
import { useOwnPostgres } from './support/own-postgres.ts'
import type { ServiceProcess } from './support/service-process.ts'
import { isReady, startServiceProcess } from './support/service-process.ts'

const victims = ['service', 'postgres', 'backend'] as const
const killsOfEach = 8
const clients = 8
const mostRevokesPerKill = 60

// What is killed loses its memory, not the machine's: that PostgreSQL also waits for the disk is
// left to its own tests. It would be noticed here if a commit were acknowledged before it is written.
describe('kill -9 in the middle of revokes', { timeout: 240_000 }, () => {
  const postgres = useOwnPostgres()
  const test = useDatabase(postgres)
  let service: ServiceProcess
  let queue: Granted[]
  const acknowledged: Acknowledged[] = []
  const unanswered: Granted[] = []
  const forgotten = new Set<string>()
  const kills = { service: 0, postgres: 0, backend: 0 }

  aroundAll(async (runTests) => {
    const { url, pool } = test.database
    service = await startServiceProcess({ databaseUrl: url })
    try {
      const needed = victims.length * killsOfEach * (mostRevokesPerKill + 2 * clients)
      queue = await addManyGrants(pool, [service.url], needed)
      await runTests()
    } finally {
      await service.stop()
    }
  }, 60_000)

  afterAll(() => {
    const total = kills.service + kills.postgres + kills.backend
    process.stdout.write(
      `kills: ${total} (${kills.service} of the service, ${kills.postgres} of PostgreSQL, ` +
        `${kills.backend} of one of its processes), acknowledged revokes: ${acknowledged.length}, ` +
        `without an answer: ${unanswered.length}, forgotten: ${forgotten.size}\n`,
    )
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
    const { rows } = await test.database.pool.query(
      `SELECT c.member_id, c.revocation_count, count(a.audit_id)
       FROM app_authorizations c LEFT JOIN audit_log a USING (organization_id, member_id, connected_app_id)
       GROUP BY c.member_id, c.revocation_count HAVING c.revocation_count <> count(a.audit_id)`,
    )
    expect(rows).toEqual([])
  })

  async function strike(victim: (typeof victims)[number]): Promise<void> {
    if (victim === 'service') await service.kill()
    else if (victim === 'postgres') await killPostgres(postgres.cluster)
    else await killBackend(test.database.pool)
  }

  /** The service is started again; but with PostgreSQL it must come back by itself. */
  async function recover(victim: (typeof victims)[number]): Promise<void> {
    if (victim === 'service') {
      const port = Number(new URL(service.url).port)
      service = await startServiceProcess({ databaseUrl: test.database.url, port })
      return
    }
    if (victim === 'postgres') await postgres.cluster.restart()
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
      test.database.pool.query<{ request_id: string }>(
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
