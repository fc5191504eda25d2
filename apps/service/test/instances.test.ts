import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ServiceSystem } from './history/http/service-system.ts'
import type { Granted } from './support/many-grants.ts'
import { addManyGrants } from './support/many-grants.ts'
import type { ServiceProcess } from './support/service-process.ts'
import { startTwoInstances } from './support/service-process.ts'
import type { TestDatabase } from './support/database.ts'
import { createDatabase } from './support/database.ts'

const rounds = 200

describe('Two instances on one database', () => {
  let database: TestDatabase
  const services: ServiceProcess[] = []

  beforeAll(async () => {
    database = await createDatabase()
    services.push(...(await startTwoInstances({ databaseUrl: database.url })))
  })

  afterAll(async () => {
    await Promise.all(services.map((service) => service.stop()))
    await database.drop()
  })

  it('refuse at once what the other one revoked', { timeout: 60_000 }, async () => {
    const [one = '', two = ''] = services.map(({ url }) => url)
    const grants = await addManyGrants(database.pool, [one], rounds)
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
    const [one = '', two = ''] = services.map(({ url }) => url)
    const [granted] = await addManyGrants(database.pool, [one], 1)
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
