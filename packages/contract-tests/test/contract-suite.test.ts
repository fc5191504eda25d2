import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { startVitest } from 'vitest/node'
import type { TestCase } from 'vitest/node'
import { contractCases } from '../src/cases.ts'
import { checkDocument } from '../src/index.ts'
import type { Report } from '../src/index.ts'
import { rightResponse, startProvider } from './provider.ts'
import { credentials, rightAnswer } from './right-answer.ts'

/** Runs the suite as a team does: by a vitest of its own, against a target. */
async function runSuite(url: string, environment: Record<string, string> = {}) {
  const vitest = await startVitest('test', [], {
    watch: false,
    config: false,
    root: fileURLToPath(new URL('./suite', import.meta.url)),
    include: ['**/*.suite.ts'],
    reporters: [{}],
    env: { URL: url, ...credentials, ...environment },
  })
  const tests = vitest.state.getTestModules().flatMap((module) => [...module.children.allTests()])
  const errors = vitest.state.getUnhandledErrors()
  await vitest.close()
  process.exitCode = undefined
  const of = (state: string): TestCase[] => tests.filter((each) => each.result().state === state)
  return { passed: of('passed'), failed: of('failed'), skipped: of('skipped'), errors }
}

test('registers a passing test for each example, each case and what is required', async () => {
  await using mock = await startProvider((request) =>
    rightResponse(rightAnswer(request, { answersPrefer: true })),
  )
  const { passed, failed, skipped, errors } = await runSuite(mock.url, { REQUIRE: 'all' })
  expect({ failed, skipped, errors }).toEqual({ failed: [], skipped: [], errors: [] })
  expect(passed).toHaveLength(checkDocument().length + contractCases.length + 1)
  expect(passed.map(({ name }) => name)).toContain('answers 200 revoked to a revoke')
})

test('skips with its reason what was not provoked, and fails if that is required', async () => {
  await using remote = await startProvider((request) => rightResponse(rightAnswer(request)))
  const { failed, skipped } = await runSuite(remote.url, { REQUIRE: 'all' })
  expect(failed.map(({ name }) => name)).toEqual(['provokes every status that is required'])
  expect(skipped.map((each) => each.result())).toContainEqual(
    expect.objectContaining({ note: 'not provoked here: needs a target that fails' }),
  )
})

test('fails a provider that breaks the contract, and says where', async () => {
  await using liar = await startProvider(() => ({ ...rightResponse('revoked'), headers: {} }))
  const { failed } = await runSuite(liar.url)
  const messages = failed.flatMap((each) => each.result().errors?.map(({ message }) => message))
  expect(failed.length).toBeGreaterThan(20)
  expect(messages.join('\n')).toContain('media type: content-type is missing')
})

test('hands on the report, with its coverage, when all tests have ended', async () => {
  await using remote = await startProvider((request) => rightResponse(rightAnswer(request)))
  const folder = await mkdtemp(join(tmpdir(), 'contract-suite-'))
  await using _ = { [Symbol.asyncDispose]: () => rm(folder, { recursive: true }) }
  const file = join(folder, 'report.json')
  await runSuite(remote.url, { REPORT: file })
  const report: Report = JSON.parse(await readFile(file, 'utf8'))
  expect(report).toMatchObject({ passed: true, target: { url: remote.url, profile: 'remote' } })
  expect(report.checks).toHaveLength(checkDocument().length + contractCases.length)
  expect(report.coverage.statuses).toContainEqual({ name: '200', touched: true })
  expect(report.coverage.statuses).toContainEqual({ name: '500', touched: false })
})
