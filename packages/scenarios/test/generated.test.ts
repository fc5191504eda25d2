import { readFile } from 'node:fs/promises'
import type { OperationId } from '@connected-apps/contract'
import document from '@connected-apps/contract/openapi.json' with { type: 'json' }
import { allOperations } from '@connected-apps/contract/operations'
import { describe, expect, it } from 'vitest'
import { constantsModule } from '../codegen/constants.ts'
import { allScenarios, scenarios } from '../src/index.ts'

type Constants = Record<string, Record<string, string>>

/** A document with an operation each, whose sequences have these titles. */
function documentOf(titles: Record<string, string[]>): object {
  const operations = Object.entries(titles).map(([operationId, own]) => {
    const sequences = own.map((title, index) => ({ id: `${index}`, title, responses: [] }))
    const declared = { parameter: 'X-Id', prefix: 'p-', sequences }
    return [`/${operationId}`, { get: { operationId, 'x-scenarios': declared, responses: {} } }]
  })
  return { paths: Object.fromEntries(operations) }
}

it('the committed constants are those that the generation writes', async () => {
  const file = new URL('../src/generated/scenarios.ts', import.meta.url)
  expect(await readFile(file, 'utf8')).toBe(constantsModule(document))
})

/** The constants of an operation, by their names. */
function constantsOf(operationId: OperationId | undefined): Constants {
  return operationId === undefined ? {} : scenarios[operationId]
}

describe('the constants', () => {
  it.each(allOperations)('are the scenarios of $operationId, in their order', ({ operationId }) => {
    const constants: Constants = scenarios[operationId]
    const own = allScenarios.filter((scenario) => scenario.operationId === operationId)
    expect(Object.values(constants)).toEqual(own.map(({ parameter, id }) => ({ [parameter]: id })))
  })

  it('are on the top level those of the first operation that has the name', () => {
    const all = scenarios as unknown as Record<string, Constants[string]> // its other keys are names
    for (const { operationId } of allOperations.toReversed()) {
      for (const name of Object.keys(scenarios[operationId])) {
        const first = allOperations.find((operation) => name in scenarios[operation.operationId])
        expect(all[name]).toBe(constantsOf(first?.operationId)[name])
      }
    }
  })

  it('quote the name of a parameter where they have to', () => {
    expect(constantsModule(documentOf({ get: ["It's one", 'A_b, c'] }))).toContain(
      `  /** It's one: . */\n  itsOne: { 'X-Id': 'p-0' },`,
    )
    expect(constantsModule(documentOf({ get: ['A_b, c'] }))).toContain(`aBC: { 'X-Id': 'p-0' }`)
  })

  it.each([
    [{ get: ['One, two', 'One two'] }, 'get: the scenario "One two" needs another title; another scenario is oneTwo too'],
    [{ get: ['Get'] }, 'get: the scenario "Get" needs another title; get is an operationId'],
    [{ get: ['5 apps'] }, 'get: the scenario "5 apps" needs another title; a name has to begin with a letter'],
    [{ get: ['!'] }, 'get: the scenario "!" needs another title; a name has to begin with a letter'],
  ])('need titles that make different names: %o', (titles, message) => {
    expect(() => constantsModule(documentOf(titles))).toThrow(message)
  }) // prettier-ignore
})
