import { isDeepStrictEqual } from 'node:util'
import { describe, expect, test } from 'vitest'
import { exampleNames, statusOf } from '@connected-apps/contract/examples'
import { contractCases } from '../src/cases.ts'
import { runContract } from '../src/index.ts'
import { judge } from '../src/judge.ts'
import { runCases } from '../src/run.ts'
import { openTarget } from '../src/target.ts'
import { mixedUp, mutantsOf } from './mutants.ts'
import type { Mutant } from './mutants.ts'
import { rightResponse, startProvider } from './provider.ts'
import { credentials, rightAnswer } from './right-answer.ts'

const mutants = exampleNames.flatMap(mutantsOf)
const all = [...mutants, ...exampleNames.flatMap(mixedUp)]

test('derives a mutant of each kind for each example, each different from the right answer', () => {
  expect(new Set(all.map(({ example }) => example))).toEqual(new Set(exampleNames))
  expect(new Set(all.map(({ name }) => name)).size).toBe(all.length)
  const unchanged = all.filter(({ example, response }) =>
    isDeepStrictEqual(response, rightResponse(example)),
  )
  expect(unchanged).toEqual([])
})

test('rejects every mutant when it is handed the answer', () => {
  const survivors = all.filter(({ example, response }) => {
    const received = { ...response, headers: new Headers(response.headers) }
    return judge(received, example).length === 0
  })
  console.log(`mutants killed by the check: ${killed(all, survivors)}`)
  expect(survivors.map(({ name }) => name)).toEqual([])
})

test('rejects every mutant that a provider serves', { timeout: 300_000 }, async () => {
  // The base URL names the mutant, so that one server serves them all.
  await using provider = await startProvider(({ path }) => {
    const mutant = all[Number(/^\/(\d+)\//.exec(path)?.[1])]
    if (mutant === undefined) throw new Error(`no mutant at ${path}`)
    return mutant.response
  })
  const survivors: Mutant[] = []
  for (const [index, mutant] of all.entries()) {
    const cases = contractCases.filter(({ example }) => example === mutant.example).slice(0, 1)
    const url = `${provider.url}/${index}`
    const target = await openTarget({ url, ...credentials, profile: 'mock' })
    const { passed } = await runCases(target, cases)
    if (passed) survivors.push(mutant)
  }
  console.log(`mutants killed: ${killed(all, survivors)}`)
  expect(survivors.map(({ name }) => name)).toEqual([])
})

describe('one mutant in an otherwise right provider', () => {
  test.each(exampleNames)('fails the cases of %s alone', async (example) => {
    const [mutant] = mutantsOf(example)
    await using provider = await startProvider((request) => {
      const answer = rightAnswer(request, { answersPrefer: true })
      return answer === example && mutant !== undefined ? mutant.response : rightResponse(answer)
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

function killed(given: Mutant[], survivors: Mutant[]): string {
  return `${given.length - survivors.length}/${given.length}`
}
