import { describe, expect, it } from 'vitest'
import { ServiceSystem } from './history/http/service-system.ts'
import type { Granted } from './support/many-grants.ts'
import { addManyGrants } from './support/many-grants.ts'
import { useTwoInstances } from './support/two-instances.ts'

const rounds = 200
const test = useTwoInstances()

describe('Two instances on one database', () => {
  it('refuse at once what the other one revoked', { timeout: 60_000 }, async () => {
    const [one, two] = test.urls
    const grants = await addManyGrants(test.database.pool, [one], rounds)
    let refused = 0
    for (const [round, granted] of grants.entries()) {
      const [revoker, other] = round % 2 === 0 ? [one, two] : [two, one]
      const before = await use(granted, other, 'introspect')
      await at(granted, revoker).revoke()
      const after = await Promise.all([
        use(granted, other, 'introspect'),
        use(granted, other, 'refresh'),
        use(granted, other, 'exchange'),
      ])
      expect({ round, before, after }).toEqual({
        round,
        before: 'accepted',
        after: ['refused', 'refused', 'refused'],
      })
      refused += after.length
    }
    process.stdout.write(`two instances: ${rounds} revokes, ${refused} uses refused by the other\n`)
  })

  it('accept what the other one issued', async () => {
    const [one, two] = test.urls
    const [granted] = await addManyGrants(test.database.pool, [one], 1)
    if (granted === undefined) throw new Error('there is no grant')
    expect(await use(granted, two, 'exchange')).toBe('accepted')
    expect(await use(granted, one, 'refresh')).toBe('accepted')
    expect(await use(granted, two, 'refresh')).toBe('refused')
  })
})

/** The same connection, as one instance serves it. */
function at({ connection }: Granted, instance: string): ServiceSystem {
  return new ServiceSystem({ ...connection, instances: [instance] })
}

async function use(
  granted: Granted,
  instance: string,
  what: 'introspect' | 'refresh' | 'exchange',
) {
  const system = at(granted, instance)
  const uses = {
    introspect: () => system.introspect(granted.accessToken),
    refresh: () => system.refresh(granted.refreshToken),
    exchange: () => system.exchange(granted.code),
  }
  return (await uses[what]()) ? 'accepted' : 'refused'
}
