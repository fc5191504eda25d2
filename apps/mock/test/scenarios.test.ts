import { checkParameter, checkResponseBody, checkResponseHeaders } from '@connected-apps/contract'
import { allOperations, isOperationId, operations } from '@connected-apps/contract/operations'
import { exampleResponse, examplesOf } from '@connected-apps/scenarios'
import { describe, expect, it } from 'vitest'
import { allScenarios } from '../src/index.ts'
import type { Scenario } from '../src/index.ts'
import { call } from './call.ts'
import {
  errorOf,
  first,
  responseOf,
  scenarioId,
  scenarioValue,
  statusOf,
  successOf,
} from './operations.ts'
import { startSharedMock } from './shared-mock.ts'

const mock = await startSharedMock()

describe.each(allOperations)('the scenarios of $operationId', (operation) => {
  const own = allScenarios.filter(({ operationId }) => operationId === operation.operationId)
  const immediate = own.filter(({ responses }) =>
    responses.every(({ waitSeconds = 0 }) => waitSeconds === 0),
  )

  it.each(immediate)(
    'include $id, which gives its responses in order, and repeats the last',
    async (scenario) => {
      const { id, responses } = scenario
      const last = responses.at(-1) ?? responses[0]
      for (const { example } of [...responses, last]) {
        const expected = exampleResponse(operation, example)
        const values = scenarioValue(operation, id)
        const { status, headers, body } = await call(mock.url, operation, { values })
        expect({ status, body }).toEqual(responseOfScenario(scenario, example))
        for (const [name, value] of Object.entries(expected.headers)) {
          expect(headers.get(name)).toBe(value)
        }
        expect(checkResponseBody(operation, status, body)).toEqual([])
        expect(checkResponseHeaders(operation, status, headers)).toEqual([])
      }
    },
  )

  /** The example, with the list that the scenario has in place of the example's. */
  function responseOfScenario(scenario: Scenario, example: string) {
    const { status, body } = responseOf(operation, example)
    const { connected_apps: apps, active_members: members } = scenario
    const list = {
      ...(apps && { connected_apps: apps }),
      ...(members && { active_members: members }),
    }
    return { status, body: { ...(body as object), ...list } } // every body is an object
  }

  it('have ids that are values of the parameter, and select one scenario', () => {
    const { parameter } = operation.scenarios
    const declared = first([operation.parameters[parameter]])
    expect(new Set(own.map(({ id }) => id)).size).toBe(own.length)
    expect(own.flatMap(({ id }) => checkParameter(declared, id))).toEqual([])
    expect(new Set(own.map((scenario) => scenario.parameter))).toEqual(new Set([parameter]))
  })

  it('have ids that end with the statuses of their responses, and say how long to wait', () => {
    for (const { id, responses } of own) {
      const statuses = responses.map(({ example }) => statusOf(operation, example)).join('')
      expect(id.endsWith(statuses), `${id} ends with ${statuses}`).toBe(true)
      const wait = responses[0].waitSeconds
      if (wait !== undefined) expect(id).toContain(`d${String(wait).padStart(2, '0')}`)
    }
  })

  it('reach each of its examples', () => {
    const reachable = own.flatMap(({ responses }) => responses.map(({ example }) => example))
    expect(new Set(reachable)).toEqual(new Set(examplesOf(operation)))
  })

  const sequences = immediate.filter(({ responses }) => responses.length > 1)
  it.each(sequences)(
    'restart for other values of the other parameters: $title',
    async (sequence) => {
      const { id, responses } = sequence
      const expected = responses.map(({ example }) => statusOf(operation, example))
      const statusesFor = async (value: string) => {
        const values = scenarioValue(operation, id)
        for (const name of operation.pathParameters) values[name] ??= value
        const received: number[] = []
        for (const _ of expected)
          received.push((await call(mock.url, operation, { values })).status)
        return received
      }
      expect(await statusesFor('a')).toEqual(expected)
      if (operation.pathParameters.length > 1) expect(await statusesFor('b')).toEqual(expected)
      mock.reset()
      expect(await statusesFor('a')).toEqual(expected)
    },
  )

  it('do not affect other operations whose requests carry the same id', async () => {
    const id = scenarioId(operation, errorOf(operation, 'limit'))
    const { parameter } = operation.scenarios
    const others = allOperations.filter(
      (other) => parameter in other.parameters && other !== operation,
    )
    for (const other of others) {
      const { status, body } = await call(mock.url, other, { values: { [parameter]: id } })
      expect({ status, body }).toEqual(responseOf(other, successOf(other)))
    }
  })
})

it('lets the id of a scenario be looked up by another operation', () => {
  const shared = allOperations.filter(({ scenarios: { parameter } }) =>
    allOperations.some(
      (other) => parameter in other.parameters && other.scenarios.parameter !== parameter,
    ),
  )
  expect(shared).not.toEqual([])
})

// These ids stand in the fixtures of teams: others may be added, but none may change.
const given: [group: string, statuses: number[]][] = [
  ['000000000200', [200]],
  ['000000000400', [400]],
  ['000000001400', [400]],
  ['000000002400', [400]],
  ['000000003400', [400]],
  ['000000004400', [400]],
  ['000000005400', [400]],
  ['000000000401', [401]],
  ['000000000403', [403]],
  ['000000001403', [403]],
  ['000000000404', [404]],
  ['000000001404', [404]],
  ['000000002404', [404]],
  ['000000003404', [404]],
  ['000000004404', [404]],
  ['000000000429', [429]],
  ['000000000500', [500]],
  ['000000d03200', [200]],
  ['000000d30200', [200]],
  ['000429429200', [429, 429, 200]],
  ['000000500200', [500, 200]],
]

it('keeps the ids that were given for the revoke', () => {
  const id = 'revokeConnectedApp'
  const revoke = first(isOperationId(id) ? [operations[id]] : [])
  const found = given.map(([group]) => {
    const full = `connected-app-test-00000000-0000-4000-8000-${group}`
    const isGiven = (each: Scenario) => each.operationId === id && each.id === full
    const { parameter, responses } = first(allScenarios.filter(isGiven))
    expect(parameter).toBe('connected_app_id')
    return [group, responses.map(({ example }) => statusOf(revoke, example))]
  })
  expect(found).toEqual(given)
})
