import { describe, expect, it } from 'vitest'
import { ServiceSystem } from './history/http/service-system.ts'
import type { IssuedGrant } from './support/many-grants.ts'
import { addManyGrants } from './support/many-grants.ts'
import { useTwoInstances } from './support/two-instances.ts'

const rounds = 200
const test = useTwoInstances()

describe('Two instances on one database', () => {
  it('reject at once what the other one revoked', { timeout: 60_000 }, async () => {
    const [one, two] = test.urls
    const grants = await addManyGrants(test.database.pool, [one], rounds)
    let rejected = 0
    for (const [round, grant] of grants.entries()) {
      const [revoker, other] = round % 2 === 0 ? [one, two] : [two, one]
      const before = await use(grant, other, 'introspect')
      await at(grant, revoker).revoke()
      const after = await Promise.all([
        use(grant, other, 'introspect'),
        use(grant, other, 'refresh'),
        use(grant, other, 'exchange'),
      ])
      expect({ round, before, after }).toEqual({
        round,
        before: 'accepted',
        after: ['rejected', 'rejected', 'rejected'],
      })
      rejected += after.length
    }
    process.stdout.write(
      `two instances: ${rounds} revokes, ${rejected} uses rejected by the other\n`,
    )
  })

  it('accept what the other one issued', async () => {
    const [one, two] = test.urls
    const [grant] = await addManyGrants(test.database.pool, [one], 1)
    if (grant === undefined) throw new Error('there is no grant')
    expect(await use(grant, two, 'exchange')).toBe('accepted')
    expect(await use(grant, one, 'refresh')).toBe('accepted')
    expect(await use(grant, two, 'refresh')).toBe('rejected')
  })
})

/** The same authorization, used through one particular instance. */
function at({ authorization }: IssuedGrant, instance: string): ServiceSystem {
  return new ServiceSystem({ ...authorization, instances: [instance] })
}

async function use(
  grant: IssuedGrant,
  instance: string,
  what: 'introspect' | 'refresh' | 'exchange',
) {
  const system = at(grant, instance)
  const uses = {
    introspect: () => system.introspect(grant.accessToken),
    refresh: () => system.refresh(grant.refreshToken),
    exchange: () => system.exchange(grant.code),
  }
  return (await uses[what]()) ? 'accepted' : 'rejected'
}
