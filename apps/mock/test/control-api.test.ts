import { readFile } from 'node:fs/promises'
import { allOperations, contract } from '@connected-apps/contract/operations'
import { examplesOf, findOperation, ScenarioEngine } from '@connected-apps/scenarios'
import { describe, expect, it } from 'vitest'
import { allScenarios } from '../src/index.ts'
import type { Scenario, ScenarioDefinition } from '../src/index.ts'
import { call } from './call.ts'
import {
  anyOperation,
  errorOf,
  first,
  isAllowed,
  otherParameter,
  scenarioId,
  scenarioValue,
  statusOf,
  successOf,
} from './operations.ts'
import { startSharedMock } from './shared-mock.ts'

const mock = await startSharedMock()

const { operationId, scenarios: own, successStatus } = anyOperation
const success = successOf(anyOperation)
const limit = errorOf(anyOperation, 'limit')

const pathOf = (id: string, operation: string = operationId) =>
  `/__mock/scenarios/${operation}/${encodeURIComponent(id)}`

const put = (id: string, definition: string, operation?: string) =>
  fetch(mock.url + pathOf(id, operation), { method: 'PUT', body: definition })

const statuses = async (id: string, count: number, operation = anyOperation) => {
  const received: number[] = []
  for (let calls = 0; calls < count; calls += 1) {
    const values = scenarioValue(operation, id)
    received.push((await call(mock.url, operation, { values })).status)
  }
  return received
}

describe.each(allOperations)(
  'a scenario that is defined at run time for $operationId',
  (operation) => {
    const definition = JSON.stringify({
      responses: [
        { example: errorOf(operation, 'failure'), waitSeconds: 0.01 },
        { example: successOf(operation) },
      ],
    })
    const failure = statusOf(operation, errorOf(operation, 'failure'))

    it('is in effect and listed until it is deleted', async () => {
      expect((await put('mine', definition, operation.operationId)).status).toBe(200)
      expect(await statuses('mine', 3, operation)).toEqual([
        failure,
        operation.successStatus,
        operation.successStatus,
      ])
      const list = await (await fetch(`${mock.url}/__mock/scenarios`)).text()
      expect(list).toContain('"id":"mine","title":"mine"')
      await fetch(mock.url + pathOf('mine', operation.operationId), { method: 'DELETE' })
      expect(await statuses('mine', 1, operation)).toEqual([operation.successStatus])
    })

    it('affects no other operation', async () => {
      await put('mine', definition, operation.operationId)
      for (const other of allOperations.filter((each) => each !== operation)) {
        expect(await statuses('mine', 1, other)).toEqual([other.successStatus])
      }
    })

    it('may have each id that the contract allows, and no other', async () => {
      for (const id of ['a.b', 'a|b', 'a~b', 'a/b', 'a b']) {
        const isLegal = isAllowed(operation, operation.scenarios.parameter, id)
        const { status } = await put(id, definition, operation.operationId)
        expect(status).toBe(isLegal ? 200 : 400)
        if (isLegal) expect(await statuses(id, 1, operation)).toEqual([failure])
      }
    })
  },
)

describe('a scenario that is defined at run time', () => {
  const definition = JSON.stringify({ responses: [{ example: limit }, { example: success }] })
  const sequence = first(
    allScenarios.filter((each) => each.operationId === operationId && each.responses.length > 2),
  )
  const builtIn = sequence.responses.map(({ example }) => statusOf(anyOperation, example))
  const { length } = builtIn
  const limitStatus = statusOf(anyOperation, limit)

  it('restarts when it is defined again, and replaces a built-in one', async () => {
    expect(await statuses(sequence.id, 2)).toEqual(builtIn.slice(0, 2))
    await put(sequence.id, definition)
    expect(await statuses(sequence.id, 2)).toEqual([limitStatus, successStatus])
    await put(sequence.id, definition)
    expect(await statuses(sequence.id, 1)).toEqual([limitStatus])
    await fetch(`${mock.url}/__mock/reset`, { method: 'POST' })
    expect(await statuses(sequence.id, length)).toEqual(builtIn)
  })

  it('restarts the built-in one when it is deleted, and every one when all are deleted', async () => {
    const paths = [pathOf(sequence.id), '/__mock/scenarios']
    expect(await statuses(sequence.id, length)).toEqual(builtIn)
    for (const path of paths) {
      await put('mine', definition)
      expect((await fetch(mock.url + path, { method: 'DELETE' })).status).toBe(204)
      expect(await statuses(sequence.id, length)).toEqual(builtIn)
      expect(await statuses('mine', 1)).toEqual([path === paths[0] ? limitStatus : successStatus])
    }
  })

  it('does not advance for a request that violates the contract', async () => {
    const other = otherParameter(anyOperation)
    const values = scenarioValue(anyOperation, sequence.id)
    const rejected = [
      await call(mock.url, anyOperation, { values, headers: { authorization: '' } }),
      await call(mock.url, anyOperation, { values: { ...values, [other]: 'a b' } }),
    ]
    expect(rejected.map(({ status }) => status)).toEqual([401, 400])
    expect(await statuses(sequence.id, length)).toEqual(builtIn)
  })

  it('is listed once, instead of the built-in one', async () => {
    const id = scenarioId(anyOperation, limit)
    await put(id, JSON.stringify({ title: 'Mine', responses: [{ example: success }] }))
    const list = await (await fetch(`${mock.url}/__mock/scenarios`)).text()
    expect(list.split(`"id":"${id}"`)).toHaveLength(2)
    expect(list).toContain('Mine')
  })

  it('can be defined by a test in the same process', async () => {
    mock.define({ operationId, id: 'mine', responses: [{ example: limit }] } as ScenarioDefinition)
    expect(await statuses('mine', 1)).toEqual([limitStatus])
  })

  it('is rejected in the same process for the same reasons', () => {
    const invalid = { operationId: 'nonesuch', id: 'mine', responses: [{ example: limit }] }
    expect(() => mock.define(invalid as unknown as ScenarioDefinition)).toThrow(
      'unknown operation nonesuch',
    )
  })

  const responses = (...each: object[]) => JSON.stringify({ responses: each })
  it.each([
    ['a b', responses({ example: success })],
    ['a', '{'],
    ['a', 'null'],
    ['a', '{}'],
    ['a', '{"responses":[]}'],
    ['a', responses(...Array.from({ length: 21 }, () => ({ example: success })))],
    ['a', '{"responses":[1]}'],
    ['a', responses({ example: 'nonesuch' })],
    ['a', '{"responses":[{}]}'],
    ['a', responses({ example: 1 })],
    ['a', responses({ example: success, waitSeconds: 61 })],
    ['a', responses({ example: success, waitSeconds: '1' })],
  ])('is rejected when it is invalid: %s %s', async (id, invalid) => {
    const response = await put(id, invalid)
    expect(response.status).toBe(400)
    expect(await response.json()).toHaveProperty('message')
  })

  it.each([
    ['{', 'the body is not JSON'],
    ['', 'the body is empty'],
    [
      responses({ exmple: success }),
      'exmple is unknown; responses[0] has status, example, waitSeconds',
    ],
    [
      responses({ example: success }, { example: success, wait: 1, code: 2 }),
      'wait, code are unknown; responses[1] has status, example, waitSeconds',
    ],
    [
      JSON.stringify({ responses: [{ example: success }], tilte: 'a' }),
      'tilte is unknown; a scenario has operationId, parameter, id, title, responses',
    ],
    [JSON.stringify({ responses: [{ example: success }], title: 1 }), 'title must be a string'],
    [
      JSON.stringify({ responses: [{ example: success }], id: 'b' }),
      'id differs from a; leave it out',
    ],
    [
      JSON.stringify({ responses: [{ example: success }], operationId: 'b' }),
      `operationId differs from ${operationId}; leave it out`,
    ],
    [responses({ waitSeconds: 1 }), 'responses[0] has neither status nor example'],
    [
      responses({ status: 418 }),
      `responses[0]: ${operationId} has the statuses ${Object.keys(anyOperation.responseBodies).join(', ')}`,
    ],
    [
      responses({ status: limitStatus, example: success }),
      `responses[0]: ${limitStatus} has the examples ${examplesOf(anyOperation, limitStatus).join(', ')}`,
    ],
    [
      responses({ example: success }, { example: 'nonesuch' }),
      `responses[1]: ${operationId} has the examples ${examplesOf(anyOperation).join(', ')}`,
    ],
  ])('is rejected with the valid values: %s', async (invalid, message) => {
    const response = await put('a', invalid)
    expect(response.status).toBe(400)
    expect(await response.json()).toEqual({ message })
  })

  it('is rejected for an operation or an id that the contract lacks', async () => {
    const ids = allOperations.map((operation) => operation.operationId).join(', ')
    const unknown = { message: `unknown operation nonesuch; operations are ${ids}` }
    for (const method of ['PUT', 'DELETE']) {
      const body = method === 'PUT' ? definition : null
      const response = await fetch(mock.url + pathOf('a', 'nonesuch'), { method, body })
      expect([response.status, await response.json()]).toEqual([400, unknown])
    }
    expect(await (await put('a b', definition)).json()).toEqual({
      message: `the id is not a ${own.parameter} that the contract allows`,
    })
    const broken = `${mock.url}/__mock/scenarios/${operationId}/%zz`
    expect((await fetch(broken, { method: 'PUT', body: definition })).status).toBe(400)
  })

  it('is rejected when it is too long', async () => {
    const response = await put('a', `"${'a'.repeat(1024 * 1024)}"`)
    expect(response.status).toBe(400)
    expect(await response.json()).toEqual({ message: 'the body is longer than 1048576 bytes' })
  })

  it('can be sent again in the form in which it is returned and listed', async () => {
    const defined: Scenario = JSON.parse(await (await put('mine', definition)).text())
    const list = await (await fetch(`${mock.url}/__mock/scenarios`)).text()
    const { scenarios: listed }: { scenarios: Scenario[] } = JSON.parse(list)
    expect(listed).toEqual([defined, ...allScenarios])
    for (const scenario of listed) {
      const response = await put(scenario.id, JSON.stringify(scenario), scenario.operationId)
      expect(await response.json()).toEqual(scenario)
      expect(response.status).toBe(200)
    }
  })

  it('is accepted in the form that the README shows', async () => {
    const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8')
    const command =
      /-X PUT \S+\/__mock\/scenarios\/(\w+)\/(\S+)(?: \\\n)? +-d '(\{"responses".*?)'/g
    const documented = [...readme.matchAll(command)]
    expect(documented).toHaveLength(1)
    for (const [, operation = '', id = '', shown = ''] of documented) {
      const route = { key: '', operationId: operation, id }
      const scenario = new ScenarioEngine().defineAt(route, JSON.parse(shown))
      const found = findOperation(operation)
      expect((await put(id, shown, operation)).status).toBe(200)
      const expected = scenario.responses.map(({ example }) => statusOf(found, example))
      // The last response is delayed.
      expect(await statuses(id, 2, found)).toEqual(expected.slice(0, 2))
    }
  })
})

describe('the control routes', () => {
  it('cannot conflict with the contract', () => {
    for (const { path } of allOperations) expect(path.startsWith('/__mock')).toBe(false)
  })

  it('list the valid routes when the route is unknown', async () => {
    for (const path of ['/__mock', '/__mock/', '/__mock/nonesuch', '/__mock/toString']) {
      const response = await fetch(mock.url + path)
      expect(response.status).toBe(404)
      expect(await response.text()).toContain('GET /journal')
    }
  })

  it('include a health check that names the version of the contract', async () => {
    expect(await (await fetch(`${mock.url}/__mock/health`)).json()).toEqual({
      status: 'ok',
      contract: contract.version,
    })
  })
})
