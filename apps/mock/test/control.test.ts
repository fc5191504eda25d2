import { readFile } from 'node:fs/promises'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { operation } from '@connected-apps/contract'
import { exampleNames } from '@connected-apps/contract/examples'
import { scenarios, startMock } from '../src/index.ts'
import type { Mock, Scenario } from '../src/index.ts'
import { Playback, playbackCapacity } from '../src/playback.ts'
import { callRevoke } from './call.ts'

let mock: Mock
beforeAll(async () => {
  mock = await startMock()
})
afterAll(() => mock.close())
beforeEach(() => mock.reset())

const put = (id: string, definition: string) =>
  fetch(`${mock.url}/__mock/scenarios/${id}`, { method: 'PUT', body: definition })

const statuses = async (connected_app_id: string, count: number) => {
  const found: number[] = []
  for (let call = 0; call < count; call += 1) {
    found.push((await callRevoke(mock.url, { ids: { connected_app_id } })).status)
  }
  return found
}

describe('a scenario defined at run time', () => {
  const definition = JSON.stringify({
    answers: [{ example: 'member_not_found', waitSeconds: 0.01 }, { example: 'revoked' }],
  })

  it('is played, listed, shown, and forgotten when it is deleted', async () => {
    expect((await put('my-app', definition)).status).toBe(200)
    expect(await statuses('my-app', 3)).toEqual([404, 200, 200])
    const list = await (await fetch(`${mock.url}/__mock/scenarios`)).text()
    expect(list).toContain('my-app')
    expect(await (await fetch(mock.url)).text()).toContain('my-app')
    await fetch(`${mock.url}/__mock/scenarios/my-app`, { method: 'DELETE' })
    expect(await statuses('my-app', 1)).toEqual([200])
  })

  it('starts anew when it is defined again, and takes the place of a built-in one', async () => {
    const id = 'connected-app-test-00000000-0000-4000-8000-000429429200'
    expect(await statuses(id, 2)).toEqual([429, 429])
    await put(id, definition)
    expect(await statuses(id, 2)).toEqual([404, 200])
    await put(id, definition)
    expect(await statuses(id, 1)).toEqual([404])
    await fetch(`${mock.url}/__mock/reset`, { method: 'POST' })
    expect(await statuses(id, 3)).toEqual([429, 429, 200])
  })

  it('starts a built-in one anew when it is deleted, and all when all are', async () => {
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

  it('keeps its answers for requests that the contract does not refuse', async () => {
    const id = 'connected-app-test-00000000-0000-4000-8000-000429429200'
    const refused = [
      await callRevoke(mock.url, { ids: { connected_app_id: id }, headers: { authorization: '' } }),
      await callRevoke(mock.url, { ids: { connected_app_id: id }, body: '{' }),
    ]
    expect(refused.map(({ status }) => status)).toEqual([401, 400])
    expect(await statuses(id, 3)).toEqual([429, 429, 200])
  })

  it('is listed and shown once, in place of the built-in one', async () => {
    const id = 'connected-app-test-00000000-0000-4000-8000-000000000500'
    await put(id, JSON.stringify({ title: 'Mine', answers: [{ example: 'revoked' }] }))
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
      answers: [{ example: 'session_authorization_error' }],
    })
    expect(await statuses('mine', 1)).toEqual([403])
  })

  it.each([
    ['a%20b', '{"answers":[{"example":"revoked"}]}'],
    ['a', '{'],
    ['a', 'null'],
    ['a', '{}'],
    ['a', '{"answers":[]}'],
    ['a', `{"answers":[${Array.from({ length: 21 }, () => '{"example":"revoked"}').join()}]}`],
    ['a', '{"answers":[1]}'],
    ['a', '{"answers":[{"example":"nonesuch"}]}'],
    ['a', '{"answers":[{}]}'],
    ['a', '{"answers":[{"example":1}]}'],
    ['a', '{"answers":[{"example":"revoked","waitSeconds":61}]}'],
    ['a', '{"answers":[{"example":"revoked","waitSeconds":"1"}]}'],
  ])('is refused when it makes no sense: %s %s', async (id, wrong) => {
    const response = await put(id, wrong)
    expect(response.status).toBe(400)
    expect(await response.json()).toHaveProperty('message')
  })

  it.each([
    ['{', 'the body is not JSON'],
    ['', 'the body is empty'],
    [
      '{"answers":[{"exmple":"session_authorization_error"}]}',
      'exmple is unknown; answers[0] has status, example, waitSeconds',
    ],
    [
      '{"answers":[{"example":"revoked"},{"example":"revoked","wait":1,"code":2}]}',
      'wait, code are unknown; answers[1] has status, example, waitSeconds',
    ],
    [
      '{"answers":[{"example":"revoked"}],"tilte":"a"}',
      'tilte is unknown; a scenario has connected_app_id, title, answers',
    ],
    [
      '{"answers":[{"example":"revoked"}],"connected_app_id":"b"}',
      "connected_app_id is not the path's; leave it out",
    ],
    ['{"answers":[{"waitSeconds":1}]}', 'answers[0] has neither status nor example'],
    [
      '{"answers":[{"status":418}]}',
      `answers[0]: the contract has the statuses ${operation.statuses.join(', ')}`,
    ],
    [
      '{"answers":[{"status":429,"example":"revoked"}]}',
      'answers[0]: 429 has the examples too_many_requests',
    ],
    [
      '{"answers":[{"example":"revoked"},{"example":"nonesuch"}]}',
      `answers[1]: the contract has the examples ${exampleNames.join(', ')}`,
    ],
  ])('is refused with what would have worked: %s', async (wrong, message) => {
    const response = await put('a', wrong)
    expect(response.status).toBe(400)
    expect(await response.json()).toEqual({ message })
  })

  it('is refused when it is too long', async () => {
    const response = await put('a', `"${'a'.repeat(1024 * 1024)}"`)
    expect(response.status).toBe(400)
    expect(await response.json()).toEqual({ message: 'the body is longer than 1048576 bytes' })
  })

  it('can be sent back as it was answered, and as it is listed', async () => {
    const defined: Scenario = JSON.parse(await (await put('my-app', definition)).text())
    const list = await (await fetch(`${mock.url}/__mock/scenarios`)).text()
    const { scenarios: listed }: { scenarios: Scenario[] } = JSON.parse(list)
    expect(listed).toEqual([defined, ...scenarios])
    for (const scenario of listed) {
      const answer = await put(scenario.connected_app_id, JSON.stringify(scenario))
      expect(await answer.json()).toEqual(scenario)
      expect(answer.status).toBe(200)
    }
  })

  it('is accepted as the README and the page show it', async () => {
    const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8')
    const page = await (await fetch(mock.url)).text()
    const text = page.replaceAll(/&#(\d+);/g, (_, code) => String.fromCharCode(Number(code)))
    for (const shown of [readme, text]) {
      const [, sequence = ''] = /-d '(\{"answers".*)'/.exec(shown) ?? []
      expect((await put('my-app', sequence)).status).toBe(200)
      expect(await statuses('my-app', 3)).toEqual([429, 404, 200])
    }
  })
})

describe('what the mock remembers', () => {
  it('is bounded, and what was used last stays', () => {
    const playback = new Playback()
    const ids = (member_id: string) => ({
      organization_id: 'o',
      member_id,
      connected_app_id: 'connected-app-test-00000000-0000-4000-8000-000000500200',
    })
    expect(playback.next(ids('kept'))?.example).toBe('internal_server_error')
    expect(playback.next(ids('lost'))?.example).toBe('internal_server_error')
    for (let member = 0; member < playbackCapacity - 1; member += 1) {
      playback.next(ids(`m${member}`))
      playback.next(ids('kept'))
    }
    expect(playback.next(ids('kept'))?.example).toBe('revoked')
    expect(playback.next(ids('lost'))?.example).toBe('internal_server_error')
    for (let app = 0; app < 2 * playbackCapacity; app += 1) {
      playback.define({
        connected_app_id: `a${app}`,
        title: '',
        answers: [{ example: 'revoked' }],
      })
    }
    expect(playback.scenarios()).toHaveLength(playbackCapacity + scenarios.length)
    const inUse = { ...ids('m'), connected_app_id: `a${playbackCapacity}` }
    expect(playback.next(inUse)?.example).toBe('revoked') // the one defined longest ago
    playback.define({
      connected_app_id: 'new',
      title: '',
      answers: [{ example: 'revoked' }],
    })
    expect(playback.next(inUse)?.example).toBe('revoked')
  })
})

describe('the control routes', () => {
  it('cannot clash with the contract', () => {
    expect(operation.path.startsWith('/__mock')).toBe(false)
  })

  it('say what there is when there is nothing', async () => {
    for (const path of ['/__mock', '/__mock/', '/__mock/nonesuch', '/__mock/toString']) {
      const response = await fetch(mock.url + path)
      expect(response.status).toBe(404)
      expect(await response.text()).toContain('GET /journal')
    }
  })

  it('tell health', async () => {
    expect(await (await fetch(`${mock.url}/__mock/health`)).json()).toEqual({ status: 'ok' })
  })
})
