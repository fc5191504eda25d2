import { checkResponseBody } from '@connected-apps/contract'
import { operations } from '@connected-apps/contract/operations'
import { beforeEach, describe, expect, it } from 'vitest'
import { allScenarios, ScenarioEngine, ScenarioError, scenarios } from '../src/index.ts'
import type { MockKey, ScenarioDefinition } from '../src/index.ts'
import { maxRevokedPairs } from '../src/state/lists.ts'
import { clientOf, requestOf } from './requests.ts'

const { revokeConnectedApp, getMemberConnectedApps, getOrganizationConnectedApp } = operations

const [calendar, commandLine] = getMemberConnectedApps.examples.connected_apps.body.connected_apps
const apps = [calendar.connected_app_id, commandLine.connected_app_id]
const members = getOrganizationConnectedApp.examples.connected_app.body.active_members.map(
  ({ member_id: id }) => id,
)
const [app = '', otherApp = ''] = apps
const [member = '', otherMember = ''] = members
const ofMember = { operationId: 'getMemberConnectedApps' } as const
const ofApp = { operationId: 'getOrganizationConnectedApp' } as const
const definedList = {
  id: member,
  connected_apps: apps.map((id) => ({ connected_app_id: id })),
}

let engine: ScenarioEngine
let client: ReturnType<typeof clientOf>
beforeEach(() => {
  engine = new ScenarioEngine()
  client = clientOf(engine)
})

describe('a list', () => {
  it('starts as that of the example, for every Member and app', async () => {
    for (const id of [member, 'anybody']) expect(await client.appsOf(id)).toEqual(apps)
    for (const id of [app, 'any-app']) expect(await client.membersOf(id)).toEqual(members)
  })

  it('lacks what has been revoked, for this Member and app only', async () => {
    expect(await client.revoke(member, app)).toBe(200)
    expect(await client.appsOf(member)).toEqual([otherApp])
    expect(await client.membersOf(app)).toEqual([otherMember])
    expect(await client.appsOf(otherMember)).toEqual(apps)
    expect(await client.membersOf(otherApp)).toEqual(members)
  })

  it('keeps an app whose revoke does not end in 200', async () => {
    const { connected_app_id: failing } = scenarios.tooManyRequests
    engine.key().define({
      operationId: 'getMemberConnectedApps',
      id: member,
      connected_apps: [{ connected_app_id: failing }],
    })
    expect(await client.revoke(member, failing)).toBe(429)
    expect(await client.appsOf(member)).toEqual([failing])
  })

  it('is restored by a reset, of one Member, of one app or of all', async () => {
    const key = engine.key()
    const resets = [
      () => key.resetScenarios({ operationId: 'getMemberConnectedApps', id: member }),
      () => key.resetScenarios({ operationId: 'getOrganizationConnectedApp', id: app }),
      () => key.resetScenarios(),
      () => key.reset(),
    ]
    for (const reset of resets) {
      await client.revoke(member, app)
      key.resetScenarios({ operationId: 'revokeConnectedApp', id: app })
      key.resetScenarios({ operationId: 'getMemberConnectedApps', id: otherMember })
      expect(await client.appsOf(member)).toEqual([otherApp])
      reset()
      expect(await client.appsOf(member)).toEqual(apps)
      expect(await client.membersOf(app)).toEqual(members)
    }
  })

  it('is unchanged if the request chose its response itself', async () => {
    await client.revoke(member, app)
    const { body } = getMemberConnectedApps.examples.connected_apps
    for (const choice of ['code=200', 'example=connected_apps', 'dynamic=true']) {
      const headers = { prefer: choice }
      const request = requestOf(getMemberConnectedApps, { member_id: member }, { headers })
      expect((await engine.respond(request)).body).toEqual(body)
    }
    const waiting = { headers: { prefer: 'wait=0.001' } }
    const request = requestOf(getMemberConnectedApps, { member_id: member }, waiting)
    expect((await engine.respond(request)).body).toMatchObject({
      connected_apps: [{ connected_app_id: otherApp }],
    })
  })

  it('is that of the scenario, without what has been revoked', async () => {
    const { noConnectedApp, twoConnectedApps } = scenarios.getMemberConnectedApps
    expect(await client.appsOf(noConnectedApp.member_id)).toEqual([])
    await client.revoke(twoConnectedApps.member_id, otherApp)
    expect(await client.appsOf(twoConnectedApps.member_id)).toEqual([app])
    const { noActiveMember } = scenarios.getOrganizationConnectedApp
    expect(await client.membersOf(noActiveMember.connected_app_id)).toEqual([])
  })

  it('has an app for each scenario of the revoke, which has its responses', async () => {
    const { member_id: id } = scenarios.oneAppPerScenario
    const revokes = allScenarios.filter(({ operationId }) => operationId === 'revokeConnectedApp')
    expect(await client.appsOf(id)).toEqual(revokes.map((scenario) => scenario.id))
    const { body } = await engine.respond(requestOf(getMemberConnectedApps, { member_id: id }))
    expect(checkResponseBody(getMemberConnectedApps, 200, body)).toEqual([])
    const { connected_app_id: retried } = scenarios.tooManyRequestsTwiceThenRevoked
    const statuses: number[] = []
    for (let call = 0; call < 3; call += 1) {
      expect(await client.appsOf(id)).toContain(retried)
      statuses.push(await client.revoke(id, retried))
    }
    expect(statuses).toEqual([429, 429, 200])
    expect(await client.appsOf(id)).not.toContain(retried)
  })

  it.each<[by: string, isKept: boolean, restore: (key: MockKey) => void]>([
    ['a reset', false, (key) => key.reset()],
    ['a reset of the scenarios', false, (key) => key.resetScenarios()],
    ['a reset of the Member', false, (key) => key.resetScenarios({ ...ofMember, id: member })],
    ['a reset of the app', false, (key) => key.resetScenarios({ ...ofApp, id: app })],
    ['a definition of the list', false, (key) => key.define({ ...ofMember, ...definedList })],
    ['a reset of another Member', true, (key) => key.resetScenarios({ ...ofMember, id: 'm' })],
  ])('loses an app to a revoke that began before %s: %s', async (_, isKept, restore) => {
    const { body, ...head } = requestOf(revokeConnectedApp, {
      member_id: member,
      connected_app_id: app,
    })
    const exchange = engine.receive(head)
    exchange.plan(body)
    restore(engine.key())
    exchange.finish({ status: 200, body: {} })
    expect(await client.appsOf(member)).toEqual(isKept ? [otherApp] : apps)
    await client.revoke(member, app)
    expect(await client.appsOf(member)).toEqual([otherApp])
  }) // prettier-ignore

  it('forgets the oldest revokes when there are too many', async () => {
    await client.revoke(member, app)
    for (let pair = 0; pair < maxRevokedPairs; pair += 1) await client.revoke('m', `app-${pair}`)
    expect(await client.appsOf(member)).toEqual(apps)
  })
})

describe('a defined list', () => {
  const define = (definition: object) => engine.key().define(definition as ScenarioDefinition)
  const own = { operationId: 'getMemberConnectedApps', id: 'm' }

  it('replaces that of the example, which completes its items', async () => {
    const scenario = engine.key().define({
      operationId: 'getMemberConnectedApps',
      id: 'm',
      connected_apps: [{ connected_app_id: 'a', name: 'A' }, { connected_app_id: 'b' }],
    })
    const { logo_url: _, ...defaults } = calendar
    expect(scenario.connected_apps).toEqual([
      { ...defaults, connected_app_id: 'a', name: 'A' },
      { ...defaults, connected_app_id: 'b' },
    ])
    const { body } = await engine.respond(requestOf(getMemberConnectedApps, { member_id: 'm' }))
    expect(body).toMatchObject({ connected_apps: scenario.connected_apps })
    expect(checkResponseBody(getMemberConnectedApps, 200, body)).toEqual([])
    await client.revoke('m', 'a')
    expect(await client.appsOf('m')).toEqual(['b'])
    expect(await client.appsOf('n')).toEqual(apps)
  })

  it('may be empty, and may be that of an app', async () => {
    define({ ...own, connected_apps: [] })
    expect(await client.appsOf('m')).toEqual([])
    const operationId = 'getOrganizationConnectedApp'
    define({ operationId, id: 'a', active_members: [{ member_id: 'm' }, { member_id: 'n' }] })
    await client.revoke('m', 'a')
    expect(await client.membersOf('a')).toEqual(['n'])
  })

  it('restores what has been revoked when it is defined again', async () => {
    const definition = { ...own, connected_apps: [{ connected_app_id: 'a' }] }
    define(definition)
    await client.revoke('m', 'a')
    define(definition)
    expect(await client.appsOf('m')).toEqual(['a'])
  })

  it('may be combined with responses, whose success has the list', async () => {
    const responses = [{ example: 'too_many_requests' }, { example: 'connected_apps' }]
    define({ ...own, responses, connected_apps: [{ connected_app_id: 'a' }] })
    const request = requestOf(getMemberConnectedApps, { member_id: 'm' })
    expect((await engine.respond(request)).status).toBe(429)
    expect(await client.appsOf('m')).toEqual(['a'])
  })

  it.each<[definition: unknown, message: string]>([
    [undefined, 'unknown operation undefined'],
    [null, 'unknown operation undefined'],
    [{ operationId: 5, id: 'm' }, 'unknown operation 5'],
    [{ ...own, id: 5, connected_apps: [] }, 'the id is not a member_id that the contract allows'],
    [own, 'responses must be a list of 1 to 20 responses'],
    [{ ...own, connected_apps: 'a' }, 'connected_apps must be a list of at most 100 items'],
    [{ ...own, connected_apps: Array.from({ length: 101 }) }, 'connected_apps must be a list of at most 100 items'],
    [{ ...own, connected_apps: ['a'] }, 'connected_apps[0] must be an object'],
    [{ ...own, connected_apps: [{ connected_app_id: 'a', nmae: 'A' }] }, 'nmae is unknown; connected_apps[0] has connected_app_id, name, description, client_type, scopes_granted, logo_url'],
    [{ ...own, connected_apps: [{ name: 'A' }] }, 'connected_apps[0].connected_app_id is not a connected_app_id that the contract allows'],
    [{ ...own, connected_apps: [{ connected_app_id: 'a/b' }] }, 'connected_apps[0].connected_app_id is not a connected_app_id that the contract allows'],
    [{ ...own, connected_apps: [{ connected_app_id: 'a' }, { connected_app_id: 'a' }] }, 'connected_apps[1].connected_app_id is in the list already'],
    [{ ...own, connected_apps: [{ connected_app_id: 'a', name: 5 }] }, 'connected_apps/0/name must be string'],
    [{ ...own, connected_apps: [{ connected_app_id: 'a', name: '\u00E4'.repeat(32_768) }] }, 'a scenario has at most 65536 bytes; this one has 65'],
    [{ ...own, active_members: [] }, 'active_members is unknown; a scenario has operationId, parameter, id, title, responses, connected_apps'],
    [{ operationId: 'revokeConnectedApp', id: 'a', connected_apps: [] }, 'connected_apps is unknown; a scenario has operationId, parameter, id, title, responses'],
    [{ ...own, responses: [{ status: 200, waitSeconds: Number.NaN }] }, 'responses[0].waitSeconds must be a number from 0 to 60'],
    [{ ...own, responses: [{ example: 5n }] }, 'responses[0]: getMemberConnectedApps has the examples'],
  ])('is rejected when it is invalid, and changes nothing: %o', (definition, message) => {
    const act = () => define(definition as object)
    expect(act).toThrow(ScenarioError)
    expect(act).toThrow(message)
    expect(engine.key().scenarios()).toEqual(allScenarios)
  }) // prettier-ignore
})
