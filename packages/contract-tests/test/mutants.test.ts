import { isDeepStrictEqual } from 'node:util'
import { describe, expect, test } from 'vitest'
import { contractCases } from '../src/cases.ts'
import { runContract } from '../src/index.ts'
import { createTarget, runCases } from '../src/target.ts'
import { verifyResponse } from '../src/verify.ts'
import { distinctExamples, examples, mixedUpMutantsOf, mutantsOf } from './responses/mutants.ts'
import type { Mutant } from './responses/mutants.ts'
import { startProvider, validResponse } from './support/provider.ts'
import { credentials, expectedExample } from './support/reference-provider.ts'

const derive = ({ operation, example }: (typeof examples)[number]) => [
  ...mutantsOf(operation, example),
  ...mixedUpMutantsOf(operation, example),
]
const mutants = examples.flatMap(derive)

test('derives mutants for each example, each unique and different from the valid response', () => {
  const mutated = (operationId: string, name: string) =>
    mutants.some(
      ({ operation, example }) => operation.operationId === operationId && example === name,
    )
  for (const { operation, example } of examples) {
    expect(mutated(operation.operationId, example)).toBe(true)
  }
  expect(new Set(mutants.map(({ name }) => name)).size).toBe(mutants.length)
  const unchanged = mutants.filter(({ operation, example, response }) =>
    isDeepStrictEqual(response, validResponse(operation, example)),
  )
  expect(unchanged).toEqual([])
})

test('rejects every mutant that is passed to it', () => {
  const survivors = mutants.filter(({ operation, example, response }) => {
    const received = { ...response, headers: new Headers(response.headers) }
    return verifyResponse(operation, received, example).length === 0
  })
  console.log(`mutants killed by verifyResponse: ${killRate(mutants, survivors)}`)
  expect(survivors.map(({ name }) => name)).toEqual([])
})

test('rejects every mutant that a provider sends', { timeout: 300_000 }, async () => {
  // An example that operations share is mutated only once here, since each mutant takes two requests.
  const sent = distinctExamples.flatMap(derive)
  // The base URL selects the mutant, so that one server is enough.
  await using provider = await startProvider(({ path }) => {
    const mutant = sent[Number(/^\/(\d+)\//.exec(path)?.[1])]
    if (mutant === undefined) throw new Error(`no mutant at ${path}`)
    return mutant.response
  })
  const survivors: Mutant[] = []
  for (const [index, mutant] of sent.entries()) {
    const { operation, example } = mutant
    const first = contractCases.find(
      (each) => each.operation === operation && each.example === example,
    )
    const url = `${provider.url}/${index}`
    const target = await createTarget({ url, ...credentials, profile: 'mock' })
    const { passed } = await runCases(target, first === undefined ? [] : [first])
    if (passed) survivors.push(mutant)
  }
  console.log(`mutants killed: ${killRate(sent, survivors)}`)
  expect(survivors.map(({ name }) => name)).toEqual([])
})

describe('one mutant in an otherwise valid provider', () => {
  const titled = distinctExamples.map(({ operation, example }) => ({
    operation,
    operationId: operation.operationId,
    example,
  }))
  test.each(titled)('fails only the cases of $operationId $example', async (given) => {
    const { operation, operationId, example } = given
    const [mutant] = mutantsOf(operation, example)
    await using provider = await startProvider((request) => {
      const expected = expectedExample(request, { supportsPrefer: true })
      return expected.example === example && mutant !== undefined
        ? mutant.response
        : validResponse(expected.operation, expected.example)
    })
    const options = { ...credentials, profile: 'mock', operations: [operationId] } as const
    const report = await runContract({ url: provider.url, ...options })
    const failed = report.checks.filter(({ outcome }) => outcome === 'failed')
    const cases = contractCases.filter(
      (each) => each.operation === operation && each.example === example,
    )
    expect(report.passed).toBe(false)
    expect(failed.map(({ name }) => name)).toEqual(
      cases.map(({ status, name }) => `${status} ${example}: ${name}`),
    )
  })
})

function killRate(given: Mutant[], survivors: Mutant[]): string {
  return `${given.length - survivors.length}/${given.length}`
}
