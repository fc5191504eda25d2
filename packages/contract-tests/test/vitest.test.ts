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
import { safeOperation, successOf } from './support/operations.ts'
import { startProvider, validResponse } from './support/provider.ts'
import { credentials, startMock, startRemote } from './support/reference-provider.ts'

/** Runs the suite as a consumer does, in a vitest of its own. */
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
  await using mock = await startMock()
  const { passed, failed, skipped, errors } = await runSuite(mock.url, { REQUIRE: 'all' })
  expect({ failed, skipped, errors }).toEqual({ failed: [], skipped: [], errors: [] })
  expect(passed).toHaveLength(checkDocument().length + contractCases.length + 1)
  const titles = passed.map(({ fullName }) => fullName)
  for (const { operation, status, example, name } of contractCases) {
    expect(titles).toContainEqual(
      expect.stringContaining(
        ` > the operation ${operation.operationId} > responds ${status} ${example} to ${name}`,
      ),
    )
  }
})

test('skips a case that cannot be run, with the reason, and fails if its status is required', async () => {
  await using remote = await startRemote()
  const { failed, skipped } = await runSuite(remote.url, { REQUIRE: 'all' })
  expect(failed.map(({ name }) => name)).toEqual(['receives everything that is required'])
  expect(skipped.map((each) => each.result())).toContainEqual(
    expect.objectContaining({ note: expect.stringContaining('needs a target that fails') }),
  )
})

test('fails for a provider that violates the contract, and names the violation', async () => {
  const response = validResponse(safeOperation, successOf(safeOperation))
  await using provider = await startProvider(() => ({ ...response, headers: {} }))
  const { failed } = await runSuite(provider.url)
  const messages = failed.flatMap((each) => each.result().errors?.map(({ message }) => message))
  expect(failed.length).toBeGreaterThan(contractCases.length / 2)
  expect(messages.join('\n')).toContain('media type: content-type is missing')
})

test('runs only the operations that the options select, even if these are known only later', async () => {
  await using mock = await startMock()
  const { operationId } = safeOperation
  const { passed, failed, skipped } = await runSuite(mock.url, { OPERATIONS: operationId })
  expect(failed).toEqual([])
  const selected = contractCases.filter(({ operation }) => operation === safeOperation)
  expect(passed).toHaveLength(checkDocument().length + selected.length + 1)
  expect(skipped).toHaveLength(contractCases.length - selected.length)
})

test('passes the report with its coverage to onReport after the last test', async () => {
  await using remote = await startRemote()
  const directory = await mkdtemp(join(tmpdir(), 'contract-suite-'))
  await using _ = { [Symbol.asyncDispose]: () => rm(directory, { recursive: true }) }
  const file = join(directory, 'report.json')
  await runSuite(remote.url, { REPORT: file })
  const report: Report = JSON.parse(await readFile(file, 'utf8'))
  expect(report).toMatchObject({ passed: true, target: { url: remote.url, profile: 'remote' } })
  expect(report.checks).toHaveLength(checkDocument().length + contractCases.length)
  const { operationId, successStatus } = safeOperation
  expect(report.coverage[operationId]?.statuses).toContainEqual({
    name: `${successStatus}`,
    covered: true,
  })
})
