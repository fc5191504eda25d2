import { describe, expect, it, vi } from 'vitest'
import { runCampaign } from './history/campaign.ts'
import { addConnectionLike, addConnections } from './history/http/app-authorizations.ts'
import { ServiceSystem } from './history/http/service-system.ts'
import type { TestDatabase } from './support/database.ts'
import { useTwoInstances } from './support/two-instances.ts'

const wanted = 300
const test = useTwoInstances()

describe('The service under concurrency', () => {
  it(
    `leaves ${wanted} histories that could have happened in some order, one thing after the other`,
    { timeout: 300_000 },
    async () => {
      const { pool } = test.database
      const [one, two] = test.urls
      const connections = [
        ...(await addConnections(pool, [one], 2)),
        ...(await addConnections(pool, [one, two], 2)),
      ]
      const failures: string[] = []
      const figures = await runCampaign({
        connections,
        renew: (connection) => addConnectionLike(pool, connection),
        firstSeed: Date.now() % 2 ** 31,
        isWanted: (histories) => histories < wanted,
        onFailure: (report) => failures.push(report),
      })
      process.stdout.write(`${figures.toString()}\n`)

      expect(failures.slice(0, 3).join('\n\n')).toBe('')
      expect(figures.histories).toBe(wanted)
      expect(figures.failures).toEqual([])
      // Without races, all this would have proved nothing.
      for (const kind of ['approve', 'exchange', 'refresh', 'introspect'] as const) {
        expect(figures.overlappedByRevoke.get(kind)).toBeGreaterThan(wanted / 10)
      }
      expect(figures.tokenRaces).toBeGreaterThan(wanted / 10)
    },
  )

  it('ends a grant in one step, when its refresh token is given back', async () => {
    const { database, urls } = test
    const [connection] = await addConnections(database.pool, urls.slice(0, 1), 1)
    if (connection === undefined) throw new Error('there is no connection')
    const system = new ServiceSystem(connection)
    await system.signIn()
    const { accessToken, refreshToken } = await system.authorize()
    const blocker = await database.pool.connect()
    await blocker.query('BEGIN')
    await blocker.query('SELECT FROM grants WHERE member_id = $1 FOR UPDATE', [connection.memberId])

    const ended = system.giveBack(refreshToken, 'refresh_token')
    await someoneWaitsForALock(database)
    const before = [await system.introspect(refreshToken), await system.introspect(accessToken)]
    await blocker.query('COMMIT')
    blocker.release()
    await ended
    const after = [await system.introspect(refreshToken), await system.introspect(accessToken)]

    expect({ before, after }).toEqual({ before: [true, true], after: [false, false] })
  })
})

async function someoneWaitsForALock({ pool }: TestDatabase): Promise<void> {
  const query = `SELECT FROM pg_stat_activity
    WHERE datname = current_database() AND wait_event_type = 'Lock'`
  await vi.waitUntil(async () => (await pool.query(query)).rowCount === 1)
}
