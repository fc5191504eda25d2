import { afterAll, aroundAll, describe, expect, it, vi } from 'vitest'
import { killBackend, killPostgres } from './kill/processes.ts'
import type { IssuedGrant } from './support/many-grants.ts'
import { addManyGrants } from './support/many-grants.ts'
import { Random } from './history/random.ts'
import type { AcknowledgedRevoke } from './kill/load.ts'
import { startRevokeLoad } from './kill/load.ts'
import { useDatabase } from './support/database.ts'
import { useOwnPostgres } from './support/own-postgres.ts'
import type { ServiceProcess } from './support/service-process.ts'
import { isReady, startServiceProcess } from './support/service-process.ts'

const targets = ['service', 'postgres', 'backend'] as const
const killsPerTarget = 8
const clients = 8
const maxRevokesPerKill = 60

// A killed process loses its own memory, but not the operating system's cache. So these tests notice
// if a commit is acknowledged before PostgreSQL writes it, but not whether it is on the disk by then.
describe('kill -9 in the middle of revokes', { timeout: 240_000 }, () => {
  const postgres = useOwnPostgres()
  const test = useDatabase(postgres)
  let service: ServiceProcess
  let queue: IssuedGrant[]
  const acknowledged: AcknowledgedRevoke[] = []
  const unacknowledged: IssuedGrant[] = []
  const lost = new Set<string>()
  const kills = { service: 0, postgres: 0, backend: 0 }

  aroundAll(async (runTests) => {
    const { url, pool } = test.database
    service = await startServiceProcess({ databaseUrl: url })
    try {
      const needed = targets.length * killsPerTarget * (maxRevokesPerKill + 2 * clients)
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
        `without a response: ${unacknowledged.length}, lost: ${lost.size}\n`,
    )
  })

  it.for(targets)('loses no acknowledged revoke when the killed process is: %s', async (target) => {
    const random = new Random(Date.now())
    for (let kill = 0; kill < killsPerTarget; kill += 1) {
      const load = startRevokeLoad(queue, clients)
      await load.reached(1 + random.below(maxRevokesPerKill))
      await killTarget(target)
      await load.stop()
      kills[target] += 1
      acknowledged.push(...load.acknowledged)
      unacknowledged.push(...load.unacknowledged)
      await recover(target)
      await collectLost(load.acknowledged)
      expect([...lost]).toEqual([])
    }
  })

  it('has lost none of them in the end', async () => {
    await collectLost(acknowledged)
    expect([...lost]).toEqual([])
    expect(unacknowledged.length).toBeGreaterThan(0)
  })

  it('has an audit row for each revoke that took effect, and no other', async () => {
    const { rows } = await test.database.pool.query(
      `SELECT aa.member_id, aa.revocation_count, count(a.audit_id)
       FROM app_authorizations aa LEFT JOIN (
         SELECT * FROM audit_log WHERE action = 'revokeConnectedApp'
       ) a USING (organization_id, member_id, connected_app_id)
       GROUP BY aa.member_id, aa.revocation_count HAVING aa.revocation_count <> count(a.audit_id)`,
    )
    expect(rows).toEqual([])
  })

  async function killTarget(target: (typeof targets)[number]): Promise<void> {
    if (target === 'service') await service.kill()
    else if (target === 'postgres') await killPostgres(postgres.cluster)
    else await killBackend(test.database.pool)
  }

  /** Restarts a killed service. After a failure of PostgreSQL, it must recover by itself. */
  async function recover(target: (typeof targets)[number]): Promise<void> {
    if (target === 'service') {
      const port = Number(new URL(service.url).port)
      service = await startServiceProcess({ databaseUrl: test.database.url, port })
      return
    }
    if (target === 'postgres') await postgres.cluster.restart()
    await vi.waitUntil(() => isReady(service.url), { timeout: 20_000 })
    expect(service.child.exitCode).toBeNull()
  }

  async function collectLost(revokes: AcknowledgedRevoke[]): Promise<void> {
    const rest = [...revokes]
    const work = async (): Promise<void> => {
      for (let next = rest.pop(); next !== undefined; next = rest.pop()) {
        const { system, accessToken, refreshToken } = next.grant
        if (await retried(() => system.introspect(accessToken)))
          lost.add(`${next.requestId}: active`)
        if (await retried(() => system.refresh(refreshToken)))
          lost.add(`${next.requestId}: refreshed`)
      }
    }
    await Promise.all(Array.from({ length: clients }, work))
    const { rows } = await retried(() =>
      test.database.pool.query<{ request_id: string }>(
        "SELECT request_id FROM audit_log WHERE action = 'revokeConnectedApp'",
      ),
    )
    const written = new Set(rows.map((row) => row.request_id))
    for (const { requestId } of revokes) {
      if (!written.has(requestId)) lost.add(`${requestId}: no audit row`)
    }
  }
})

/** Retries, since a connection from before the kill may fail once. */
function retried<Result>(run: () => Promise<Result>): Promise<Result> {
  return vi.waitFor(run, { timeout: 20_000 })
}
