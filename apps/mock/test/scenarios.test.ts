import { readFile } from 'node:fs/promises'
import { checkResponseBody, checkResponseHeaders } from '@connected-apps/contract'
import { checkParameter } from '@connected-apps/contract/request'
import { exampleNames, statusOf } from '@connected-apps/contract/examples'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { exampleResponse } from '../src/scenarios/choose-example.ts'
import { scenarios, startMock } from '../src/index.ts'
import type { Mock } from '../src/index.ts'
import { callRevoke } from './call-revoke.ts'

let mock: Mock
beforeAll(async () => {
  mock = await startMock()
})
afterAll(() => mock.close())

describe('every scenario id', () => {
  const immediate = scenarios.filter(({ responses }) =>
    responses.every(({ waitSeconds = 0 }) => waitSeconds === 0),
  )

  it.each(immediate)(
    '$connected_app_id gives its responses in order, and repeats the last',
    async (scenario) => {
      const last = scenario.responses.at(-1) ?? scenario.responses[0]
      for (const { example } of [...scenario.responses, last]) {
        const expected = exampleResponse(example)
        const { status, headers, body } = await callRevoke(mock.url, {
          ids: { connected_app_id: scenario.connected_app_id },
        })
        expect({ status, body }).toEqual({ status: expected.status, body: expected.body })
        expect(checkResponseBody(expected.status, body)).toEqual([])
        expect(checkResponseHeaders(expected.status, headers)).toEqual([])
      }
    },
  )

  it('is a valid connected_app_id and selects one scenario', () => {
    const ids = scenarios.map(({ connected_app_id: id }) => id)
    expect(new Set(ids).size).toBe(ids.length)
    expect(ids.flatMap((id) => checkParameter('connected_app_id', id))).toEqual([])
  })

  it('ends with the statuses of its responses', () => {
    for (const { connected_app_id: id, responses } of scenarios) {
      const group = id.slice(-12)
      const statuses = responses.map(({ example }) => statusOf(example)).join('')
      expect(group.endsWith(statuses), `${id} ends with ${statuses}`).toBe(true)
      const wait = responses[0].waitSeconds
      if (wait !== undefined) expect(group).toContain(`d${String(wait).padStart(2, '0')}`)
    }
  })
})

it('has an id for each example of the contract', () => {
  const reachable = scenarios.flatMap(({ responses }) => responses.map(({ example }) => example))
  expect(new Set(reachable)).toEqual(new Set(exampleNames))
})

it('sends the Retry-After of the contract with a 429', async () => {
  const { headers } = await callRevoke(mock.url, {
    ids: { connected_app_id: 'connected-app-test-00000000-0000-4000-8000-000000000429' },
  })
  expect(headers.get('retry-after')).toBe('1')
})

it('keeps a separate sequence for each Member, and restarts it after a reset', async () => {
  mock.reset()
  const ids = { connected_app_id: 'connected-app-test-00000000-0000-4000-8000-000000500200' }
  const statusFor = async (member_id: string) =>
    (await callRevoke(mock.url, { ids: { ...ids, member_id } })).status
  expect([await statusFor('a'), await statusFor('a'), await statusFor('b')]).toEqual([
    500, 200, 500,
  ])
  mock.reset()
  expect(await statusFor('a')).toBe(500)
})

it('lists every scenario in the README', async () => {
  const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8')
  const groups = [...readme.matchAll(/^\| `([\dd]{12})` +\|/gm)].map(([, group]) => group)
  expect(groups).toEqual(scenarios.map(({ connected_app_id: id }) => id.slice(-12)))
})
