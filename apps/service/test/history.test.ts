import { describe, expect, it, vi } from 'vitest'
import { runCampaign } from './history/campaign.ts'
import { addAuthorizationLike, addAppAuthorizations } from './history/http/app-authorizations.ts'
import type { AppAuthorization } from './history/http/service-system.ts'
import { ServiceSystem } from './history/http/service-system.ts'
import type { TestDatabase } from './support/database.ts'
import { useTwoInstances } from './support/two-instances.ts'

const targetCount = 150
const strict = useTwoInstances({ REFRESH_REUSE_SECONDS: '0' })
const repeatable = useTwoInstances({ REFRESH_REUSE_SECONDS: '3600' })

describe('The service under concurrency', () => {
  it.for([
    { title: 'without a reuse interval', test: strict, isRefreshRepeatable: false },
    { title: 'within the reuse interval', test: repeatable, isRefreshRepeatable: true },
  ])(
    `produces ${targetCount} linearizable histories $title`,
    { timeout: 300_000 },
    async ({ test, isRefreshRepeatable }) => {
      const { pool } = test.database
      const [one, two] = test.urls
      const all = [
        ...(await addAppAuthorizations(pool, [one], 4)),
        ...(await addAppAuthorizations(pool, [one, two], 4)),
      ]
      // Nothing that a confidential client does depends on the interval.
      const isPublic = ({ clientSecret }: AppAuthorization) => clientSecret === undefined
      const authorizations = isRefreshRepeatable
        ? all.filter(isPublic)
        : [...all.slice(0, 2), ...all.slice(-2)]
      const failures: string[] = []
      const statistics = await runCampaign({
        authorizations,
        renew: (authorization) => addAuthorizationLike(pool, authorization),
        isRefreshRepeatable,
        firstSeed: Date.now() % 2 ** 31,
        shouldContinue: (histories) => histories < targetCount,
        onFailure: (report) => failures.push(report),
      })
      process.stdout.write(`${statistics.toString()}\n`)

      expect(failures.slice(0, 3).join('\n\n')).toBe('')
      expect(statistics.histories).toBe(targetCount)
      expect(statistics.failures).toEqual([])
      // Without races, the histories would prove nothing.
      for (const kind of ['approve', 'exchange', 'refresh', 'introspect'] as const) {
        expect(statistics.overlappedByRevoke.get(kind)).toBeGreaterThan(targetCount / 10)
      }
      expect(statistics.tokenRaces).toBeGreaterThan(targetCount / 10)
      if (isRefreshRepeatable) {
        expect(statistics.repeatedRefreshes).toBeGreaterThan(targetCount / 15)
      } else expect(statistics.repeatedRefreshes).toBe(0)
    },
  )

  it('ends a grant in one step when its refresh token is revoked', async () => {
    const { database, urls } = strict
    const [authorization] = await addAppAuthorizations(database.pool, urls.slice(0, 1), 1)
    if (authorization === undefined) throw new Error('there is no authorization')
    const system = new ServiceSystem(authorization)
    await system.signIn()
    const { accessToken, refreshToken } = await system.authorize()
    const blocker = await database.pool.connect()
    await blocker.query('BEGIN')
    await blocker.query('SELECT FROM grants WHERE member_id = $1 FOR UPDATE', [
      authorization.memberId,
    ])

    const ended = system.revokeToken(refreshToken, 'refresh_token')
    await untilBlocked(database)
    const before = [await system.introspect(refreshToken), await system.introspect(accessToken)]
    await blocker.query('COMMIT')
    blocker.release()
    await ended
    const after = [await system.introspect(refreshToken), await system.introspect(accessToken)]

    expect({ before, after }).toEqual({ before: [true, true], after: [false, false] })
  })
})

async function untilBlocked({ pool }: TestDatabase): Promise<void> {
  const query = `SELECT FROM pg_stat_activity
    WHERE datname = current_database() AND wait_event_type = 'Lock'`
  await vi.waitUntil(async () => (await pool.query(query)).rowCount === 1)
}
