import type { ResponseBody } from '@connected-apps/contract'
import { operations } from '@connected-apps/contract/operations'
import { describe, expect, it } from 'vitest'
import { ServiceSystem } from './history/http/service-system.ts'
import type { IssuedGrant } from './support/many-grants.ts'
import { addManyGrants } from './support/many-grants.ts'
import type { Target } from './support/operations.ts'
import { send } from './support/operations.ts'
import { useTwoInstances } from './support/two-instances.ts'

const rounds = 200
const listedRounds = 50
const test = useTwoInstances()

describe('Two instances on one database', () => {
  it('reject at once what the other one revoked', { timeout: 60_000 }, async () => {
    const [one, two] = test.urls
    const grants = await addManyGrants(test.database.pool, [one], rounds)
    let rejected = 0
    for (const [round, grant] of grants.entries()) {
      const [revoker, other] = round % 2 === 0 ? [one, two] : [two, one]
      const before = await Promise.all([
        use(grant, other, 'introspect'),
        use(grant, other, 'introspectAsApi'),
      ])
      await at(grant, revoker).revoke()
      const after = await Promise.all([
        use(grant, other, 'introspect'),
        use(grant, other, 'introspectAsApi'),
        use(grant, other, 'refresh'),
        use(grant, other, 'exchange'),
      ])
      expect({ round, before, after }).toEqual({
        round,
        before: ['accepted', 'accepted'],
        after: ['rejected', 'rejected', 'rejected', 'rejected'],
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
    // A repeat within the reuse interval. A code has none, and its replay ends the grant.
    expect(await use(grant, two, 'refresh')).toBe('accepted')
    expect(await use(grant, one, 'exchange')).toBe('rejected')
    expect(await use(grant, two, 'refresh')).toBe('rejected')
  })

  it('list no access whose revoke was acknowledged before', { timeout: 60_000 }, async () => {
    const [one, two] = test.urls
    const grants = await addManyGrants(test.database.pool, [one], listedRounds)
    for (const [round, grant] of grants.entries()) {
      const readers = Object.values(lists).flatMap((isListed) =>
        [one, two].map((instance) => () => isListed(grant, instance)),
      )
      const before = await Promise.all(readers.map((read) => read()))
      const acknowledged = new AbortController()
      const reading = readers.map(async (read) => {
        while (!acknowledged.signal.aborted) await read()
        return read()
      })
      await at(grant, round % 2 === 0 ? one : two).revoke()
      acknowledged.abort()
      const after = await Promise.all(reading)
      expect({ round, before, after }).toEqual({
        round,
        before: readers.map(() => true),
        after: readers.map(() => false),
      })
    }
  })
})

/** Whether the service lists that the app has access to the Member, in each of the two ways. */
const lists = {
  async ofMember(grant: IssuedGrant, instance: string): Promise<boolean> {
    const response = await send(operations.getMemberConnectedApps, instance, targetOf(grant))
    const body = (await response.json()) as ResponseBody<'getMemberConnectedApps', 200> // by the contract
    return body.connected_apps.some(
      ({ connected_app_id: id }) => id === grant.authorization.connectedAppId,
    )
  },
  async ofOrganization(grant: IssuedGrant, instance: string): Promise<boolean> {
    const response = await send(operations.getOrganizationConnectedApp, instance, targetOf(grant))
    const body = (await response.json()) as ResponseBody<'getOrganizationConnectedApp', 200> // by the contract
    return body.active_members.some(({ member_id: id }) => id === grant.authorization.memberId)
  },
}

function targetOf({ authorization }: IssuedGrant): Target {
  const { projectSecret, connectedAppId, ...target } = authorization
  return { ...target, secret: projectSecret, publicAppId: connectedAppId }
}

/** The same authorization, used through one particular instance. */
function at({ authorization }: IssuedGrant, instance: string): ServiceSystem {
  return new ServiceSystem({ ...authorization, instances: [instance] })
}

async function use(
  grant: IssuedGrant,
  instance: string,
  what: 'introspect' | 'introspectAsApi' | 'refresh' | 'exchange',
) {
  const system = at(grant, instance)
  const uses = {
    introspect: () => system.introspect(grant.accessToken),
    introspectAsApi: () => system.introspectAsApi(grant.accessToken),
    refresh: () => system.refresh(grant.refreshToken),
    exchange: () => system.exchange(grant.code),
  }
  return (await uses[what]()) ? 'accepted' : 'rejected'
}
