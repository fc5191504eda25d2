import { XMLParser, XMLValidator } from 'fast-xml-parser'
import { expect, test } from 'vitest'
import { runContract } from '../src/index.ts'
import type { Report } from '../src/index.ts'
import { githubReport } from '../src/reporters/github.ts'
import { junitReport } from '../src/reporters/junit.ts'
import { textReport } from '../src/reporters/text.ts'
import { startProvider, validResponse } from './support/provider.ts'
import { credentials, expectedExample } from './support/reference-provider.ts'

// A real run with every outcome: 401 fails, and 403, 429 and 500 are skipped.
async function runWithEveryOutcome(): Promise<Report> {
  await using remote = await startProvider((request) => {
    const example = expectedExample(request)
    const response = validResponse(example)
    return example === 'unauthorized_credentials' ? { ...response, body: '<html>' } : response
  })
  return await runContract({ url: remote.url, ...credentials, require: [500] })
}

const specialCharacters =
  'a "quoted" <tag> & \'more\'\n]]> \u0000\u001B\uFFFE\uD800 100%,: \u{1F600}'

function withSpecialCharacters(report: Report): Report {
  const checks = report.checks.map((check) => ({
    ...check,
    name: `${check.name} ${specialCharacters}`,
    violations: check.violations.map((violation) => ({ ...violation, message: specialCharacters })),
    ...(check.reason === undefined ? {} : { reason: specialCharacters }),
  }))
  return { ...report, checks }
}

function testcasesOf(xml: string): Record<string, unknown>[] {
  const parser = new XMLParser({
    ignoreAttributes: false,
    attributeNamePrefix: '',
    isArray: (name) => name === 'testcase' || name === 'testsuite',
  })
  const { testsuites } = parser.parse(xml)
  return testsuites.testsuite.flatMap(
    ({ testcase }: { testcase: Record<string, unknown>[] }) => testcase,
  )
}

test('the text report shows each failure, each skipped status with the reason, and the coverage', async () => {
  const text = textReport(await runWithEveryOutcome())
  expect(text).toContain(`
FAIL 401 unauthorized_credentials: a wrong secret
       401 body: is not JSON; it looks like HTML
`)
  expect(text).toContain(
    "\nok   examples in the contract's document: 24 of 24 are valid\nok   200 revoked: a revoke\n",
  )
  expect(text).toContain(`
Coverage of the contract
  statuses            3/7  not covered: 401, 403, 429, 500
  examples          12/17  not covered: unauthorized_credentials, `)
  expect(text).toContain(`
  parameters          5/5
  request body        1/1
  security schemes    1/1

Skipped: 403 (needs the token of a session that is not allowed to revoke; needs the token of a session of another Organization)
Skipped: 429 (needs a target at its rate limit)
Skipped, but required: 500 (needs a target that fails)
`)
  expect(text).toMatch(/\nFAILED: \d+ passed, 3 failed, 6 skipped\n$/)
})

test('the JUnit report has a testcase for each check, and a failure for each missing status', async () => {
  const report = await runWithEveryOutcome()
  const xml = junitReport(report)
  expect(XMLValidator.validate(xml)).toBe(true)
  const cases = testcasesOf(xml)
  expect(cases.map(({ name }) => name)).toEqual([
    ...report.checks.map(({ name }) => name),
    'a case of the required status 500 runs',
  ])
  expect(cases.filter(({ failure }) => failure !== undefined)).toHaveLength(4)
  expect(cases.filter(({ skipped }) => skipped !== undefined)).toHaveLength(6)
  expect(xml).toContain(`tests="${cases.length}" failures="4" errors="0" skipped="6"`)
})

test('the JUnit report is well-formed for any name and message', async () => {
  const report = withSpecialCharacters(await runWithEveryOutcome())
  const xml = junitReport(report)
  expect(XMLValidator.validate(xml)).toBe(true)
  // oxlint-disable-next-line no-control-regex -- XML 1.0 forbids these characters
  expect(xml).not.toMatch(/[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]/)
  expect(testcasesOf(xml)).toHaveLength(report.checks.length + 1)
})

test('the GitHub report has one annotation per line for any name and message', async () => {
  const report = withSpecialCharacters(await runWithEveryOutcome())
  const text = githubReport(report)
  const annotations = text.slice(textReport(report).length).split('\n').slice(0, -1)
  expect(annotations).toHaveLength(3 + 3)
  for (const line of annotations) {
    // Unescaped, "," and ":" would end the property, and "%" would start an escape sequence.
    expect(line).toMatch(
      /^::(?:error|notice) title=(?:[^%:,]|%[0-9A-F]{2})+::(?:[^%]|%[0-9A-F]{2})*$/,
    )
  }
  expect(annotations[0]).toContain('::error title=401 unauthorized_credentials%3A no credentials')
  expect(annotations.at(-1)).toBe('::error title=500 was skipped::needs a target that fails')
})
