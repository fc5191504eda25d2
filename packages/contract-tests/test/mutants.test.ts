import { isDeepStrictEqual } from 'node:util'
import { describe, expect, test } from 'vitest'
import { exampleNames, statusOf } from '@connected-apps/contract/examples'
import { contractCases } from '../src/cases.ts'
import { runContract } from '../src/index.ts'
import { createTarget, runCases } from '../src/target.ts'
import { verifyResponse } from '../src/verify.ts'
import { mixedUpMutantsOf, mutantsOf } from './responses/mutants.ts'
import type { Mutant } from './responses/mutants.ts'
import { startProvider, validResponse } from './support/provider.ts'
import { credentials, expectedExample } from './support/reference-provider.ts'

const mutants = [...exampleNames.flatMap(mutantsOf), ...exampleNames.flatMap(mixedUpMutantsOf)]

test('derives mutants for each example, each unique and different from the valid response', () => {
  expect(new Set(mutants.map(({ example }) => example))).toEqual(new Set(exampleNames))
  expect(new Set(mutants.map(({ name }) => name)).size).toBe(mutants.length)
  const unchanged = mutants.filter(({ example, response }) =>
    isDeepStrictEqual(response, validResponse(example)),
  )
  expect(unchanged).toEqual([])
})

test('rejects every mutant that is passed to it', () => {
  const survivors = mutants.filter(({ example, response }) => {
    const received = { ...response, headers: new Headers(response.headers) }
    return verifyResponse(received, example).length === 0
  })
  console.log(`mutants killed by verifyResponse: ${killRate(mutants, survivors)}`)
  expect(survivors.map(({ name }) => name)).toEqual([])
})

test('rejects every mutant that a provider sends', { timeout: 300_000 }, async () => {
  // The base URL selects the mutant, so that one server is enough.
  await using provider = await startProvider(({ path }) => {
    const mutant = mutants[Number(/^\/(\d+)\//.exec(path)?.[1])]
    if (mutant === undefined) throw new Error(`no mutant at ${path}`)
    return mutant.response
  })
  const survivors: Mutant[] = []
  for (const [index, mutant] of mutants.entries()) {
    const cases = contractCases.filter(({ example }) => example === mutant.example).slice(0, 1)
    const url = `${provider.url}/${index}`
    const target = await createTarget({ url, ...credentials, profile: 'mock' })
    const { passed } = await runCases(target, cases)
    if (passed) survivors.push(mutant)
  }
  console.log(`mutants killed: ${killRate(mutants, survivors)}`)
  expect(survivors.map(({ name }) => name)).toEqual([])
})

describe('one mutant in an otherwise valid provider', () => {
  test.each(exampleNames)('fails only the cases of %s', async (example) => {
    const [mutant] = mutantsOf(example)
    await using provider = await startProvider((request) => {
      const expected = expectedExample(request, { supportsPrefer: true })
      return expected === example && mutant !== undefined
        ? mutant.response
        : validResponse(expected)
    })
    const report = await runContract({ url: provider.url, ...credentials, profile: 'mock' })
    const failed = report.checks.filter(({ outcome }) => outcome === 'failed')
    const cases = contractCases.filter((each) => each.example === example)
    expect(report.passed).toBe(false)
    expect(failed.map(({ name }) => name)).toEqual(
      cases.map(({ name }) => `${statusOf(example)} ${example}: ${name}`),
    )
  })
})

function killRate(given: Mutant[], survivors: Mutant[]): string {
  return `${given.length - survivors.length}/${given.length}`
}
