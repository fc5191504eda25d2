import { readFile } from 'node:fs/promises'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { operation } from '@connected-apps/contract'
import { exampleNames } from '@connected-apps/contract/examples'
import { scenarios, startMock } from '../src/index.ts'
import type { Mock, Scenario } from '../src/index.ts'
import { ScenarioPlayer, maxPlayerEntries } from '../src/scenarios/player.ts'
import { callRevoke } from './call-revoke.ts'

let mock: Mock
beforeAll(async () => {
  mock = await startMock()
})
afterAll(() => mock.close())
beforeEach(() => mock.reset())

const put = (id: string, definition: string) =>
  fetch(`${mock.url}/__mock/scenarios/${id}`, { method: 'PUT', body: definition })

const statuses = async (connected_app_id: string, count: number) => {
  const received: number[] = []
  for (let call = 0; call < count; call += 1) {
    received.push((await callRevoke(mock.url, { ids: { connected_app_id } })).status)
  }
  return received
}

describe('a scenario defined at run time', () => {
  const definition = JSON.stringify({
    responses: [{ example: 'member_not_found', waitSeconds: 0.01 }, { example: 'revoked' }],
  })

  it('is played, listed and shown until it is deleted', async () => {
    expect((await put('my-app', definition)).status).toBe(200)
    expect(await statuses('my-app', 3)).toEqual([404, 200, 200])
    const list = await (await fetch(`${mock.url}/__mock/scenarios`)).text()
    expect(list).toContain('my-app')
    expect(await (await fetch(mock.url)).text()).toContain('my-app')
    await fetch(`${mock.url}/__mock/scenarios/my-app`, { method: 'DELETE' })
    expect(await statuses('my-app', 1)).toEqual([200])
  })

  it('restarts when it is defined again, and replaces a built-in one', async () => {
    const id = 'connected-app-test-00000000-0000-4000-8000-000429429200'
    expect(await statuses(id, 2)).toEqual([429, 429])
    await put(id, definition)
    expect(await statuses(id, 2)).toEqual([404, 200])
    await put(id, definition)
    expect(await statuses(id, 1)).toEqual([404])
    await fetch(`${mock.url}/__mock/reset`, { method: 'POST' })
    expect(await statuses(id, 3)).toEqual([429, 429, 200])
  })

  it('restarts the built-in one when it is deleted, and every one when all are deleted', async () => {
    const id = 'connected-app-test-00000000-0000-4000-8000-000429429200'
    const paths = [`/__mock/scenarios/${id}`, '/__mock/scenarios']
    expect(await statuses(id, 3)).toEqual([429, 429, 200])
    for (const path of paths) {
      await put('my-app', definition)
      expect((await fetch(mock.url + path, { method: 'DELETE' })).status).toBe(204)
      expect(await statuses(id, 3)).toEqual([429, 429, 200])
      expect(await statuses('my-app', 1)).toEqual([path === paths[0] ? 404 : 200])
    }
  })

  it('does not advance for a request that violates the contract', async () => {
    const id = 'connected-app-test-00000000-0000-4000-8000-000429429200'
    const rejected = [
      await callRevoke(mock.url, { ids: { connected_app_id: id }, headers: { authorization: '' } }),
      await callRevoke(mock.url, { ids: { connected_app_id: id }, body: '{' }),
    ]
    expect(rejected.map(({ status }) => status)).toEqual([401, 400])
    expect(await statuses(id, 3)).toEqual([429, 429, 200])
  })

  it('is listed and shown once, instead of the built-in one', async () => {
    const id = 'connected-app-test-00000000-0000-4000-8000-000000000500'
    await put(id, JSON.stringify({ title: 'Mine', responses: [{ example: 'revoked' }] }))
    const list = await (await fetch(`${mock.url}/__mock/scenarios`)).text()
    const page = await (await fetch(mock.url)).text()
    expect(list.split(id)).toHaveLength(2)
    expect(page.split(`/connected_apps/${id}/revoke`)).toHaveLength(2)
    for (const text of [list, page]) expect(text).toContain('Mine')
  })

  it('can be defined by a test in the same process', async () => {
    mock.define({
      connected_app_id: 'mine',
      title: 'Forbidden',
      responses: [{ example: 'session_authorization_error' }],
    })
    expect(await statuses('mine', 1)).toEqual([403])
  })

  it.each([
    ['a%20b', '{"responses":[{"example":"revoked"}]}'],
    ['a', '{'],
    ['a', 'null'],
    ['a', '{}'],
    ['a', '{"responses":[]}'],
    ['a', `{"responses":[${Array.from({ length: 21 }, () => '{"example":"revoked"}').join()}]}`],
    ['a', '{"responses":[1]}'],
    ['a', '{"responses":[{"example":"nonesuch"}]}'],
    ['a', '{"responses":[{}]}'],
    ['a', '{"responses":[{"example":1}]}'],
    ['a', '{"responses":[{"example":"revoked","waitSeconds":61}]}'],
    ['a', '{"responses":[{"example":"revoked","waitSeconds":"1"}]}'],
  ])('is rejected when it is invalid: %s %s', async (id, invalid) => {
    const response = await put(id, invalid)
    expect(response.status).toBe(400)
    expect(await response.json()).toHaveProperty('message')
  })

  it.each([
    ['{', 'the body is not JSON'],
    ['', 'the body is empty'],
    [
      '{"responses":[{"exmple":"session_authorization_error"}]}',
      'exmple is unknown; responses[0] has status, example, waitSeconds',
    ],
    [
      '{"responses":[{"example":"revoked"},{"example":"revoked","wait":1,"code":2}]}',
      'wait, code are unknown; responses[1] has status, example, waitSeconds',
    ],
    [
      '{"responses":[{"example":"revoked"}],"tilte":"a"}',
      'tilte is unknown; a scenario has connected_app_id, title, responses',
    ],
    [
      '{"responses":[{"example":"revoked"}],"connected_app_id":"b"}',
      'connected_app_id differs from the one in the path; leave it out',
    ],
    ['{"responses":[{"waitSeconds":1}]}', 'responses[0] has neither status nor example'],
    [
      '{"responses":[{"status":418}]}',
      `responses[0]: the contract has the statuses ${operation.statuses.join(', ')}`,
    ],
    [
      '{"responses":[{"status":429,"example":"revoked"}]}',
      'responses[0]: 429 has the examples too_many_requests',
    ],
    [
      '{"responses":[{"example":"revoked"},{"example":"nonesuch"}]}',
      `responses[1]: the contract has the examples ${exampleNames.join(', ')}`,
    ],
  ])('is rejected with the valid values: %s', async (invalid, message) => {
    const response = await put('a', invalid)
    expect(response.status).toBe(400)
    expect(await response.json()).toEqual({ message })
  })

  it('is rejected when it is too long', async () => {
    const response = await put('a', `"${'a'.repeat(1024 * 1024)}"`)
    expect(response.status).toBe(400)
    expect(await response.json()).toEqual({ message: 'the body is longer than 1048576 bytes' })
  })

  it('can be sent again in the form in which it is returned and listed', async () => {
    const defined: Scenario = JSON.parse(await (await put('my-app', definition)).text())
    const list = await (await fetch(`${mock.url}/__mock/scenarios`)).text()
    const { scenarios: listed }: { scenarios: Scenario[] } = JSON.parse(list)
    expect(listed).toEqual([defined, ...scenarios])
    for (const scenario of listed) {
      const response = await put(scenario.connected_app_id, JSON.stringify(scenario))
      expect(await response.json()).toEqual(scenario)
      expect(response.status).toBe(200)
    }
  })

  it('is accepted in the form that the README and the page show', async () => {
    const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8')
    const page = await (await fetch(mock.url)).text()
    const text = page.replaceAll(/&#(\d+);/g, (_, code) => String.fromCharCode(Number(code)))
    for (const documentation of [readme, text]) {
      const [, sequence = ''] = /-d '(\{"responses".*)'/.exec(documentation) ?? []
      expect((await put('my-app', sequence)).status).toBe(200)
      expect(await statuses('my-app', 3)).toEqual([429, 404, 200])
    }
  })
})

describe('the state of the scenarios', () => {
  it('is bounded, and keeps what was used last', () => {
    const player = new ScenarioPlayer()
    const ids = (member_id: string) => ({
      organization_id: 'o',
      member_id,
      connected_app_id: 'connected-app-test-00000000-0000-4000-8000-000000500200',
    })
    expect(player.nextResponse(ids('kept'))?.example).toBe('internal_server_error')
    expect(player.nextResponse(ids('evicted'))?.example).toBe('internal_server_error')
    for (let member = 0; member < maxPlayerEntries - 1; member += 1) {
      player.nextResponse(ids(`m${member}`))
      player.nextResponse(ids('kept'))
    }
    expect(player.nextResponse(ids('kept'))?.example).toBe('revoked')
    expect(player.nextResponse(ids('evicted'))?.example).toBe('internal_server_error')
    for (let app = 0; app < 2 * maxPlayerEntries; app += 1) {
      player.define({
        connected_app_id: `a${app}`,
        title: '',
        responses: [{ example: 'revoked' }],
      })
    }
    expect(player.scenarios()).toHaveLength(maxPlayerEntries + scenarios.length)
    const inUse = { ...ids('m'), connected_app_id: `a${maxPlayerEntries}` }
    expect(player.nextResponse(inUse)?.example).toBe('revoked') // the oldest definition that is left
    player.define({
      connected_app_id: 'new',
      title: '',
      responses: [{ example: 'revoked' }],
    })
    expect(player.nextResponse(inUse)?.example).toBe('revoked')
  })
})

describe('the control routes', () => {
  it('cannot conflict with the contract', () => {
    expect(operation.path.startsWith('/__mock')).toBe(false)
  })

  it('list the valid routes when the route is unknown', async () => {
    for (const path of ['/__mock', '/__mock/', '/__mock/nonesuch', '/__mock/toString']) {
      const response = await fetch(mock.url + path)
      expect(response.status).toBe(404)
      expect(await response.text()).toContain('GET /journal')
    }
  })

  it('include a health check', async () => {
    expect(await (await fetch(`${mock.url}/__mock/health`)).json()).toEqual({ status: 'ok' })
  })
})
