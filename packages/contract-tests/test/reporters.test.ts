import { XMLParser, XMLValidator } from 'fast-xml-parser'
import { expect, test } from 'vitest'
import { runContract } from '../src/index.ts'
import type { Report } from '../src/index.ts'
import { githubReport } from '../src/reporters/github.ts'
import { humanReport } from '../src/reporters/human.ts'
import { junitReport } from '../src/reporters/junit.ts'
import { rightResponse, startProvider } from './provider.ts'
import { credentials, rightAnswer } from './right-answer.ts'

// One of each outcome, from a real run: 401 fails, and 403, 429 and 500 are not provoked.
async function reportOfRun(): Promise<Report> {
  await using remote = await startProvider((request) => {
    const answer = rightAnswer(request)
    const right = rightResponse(answer)
    return answer === 'unauthorized_credentials' ? { ...right, body: '<html>' } : right
  })
  return await runContract({ url: remote.url, ...credentials, require: [500] })
}

const nasty = 'a "quoted" <tag> & \'more\'\n]]> \u0000\u001B\uFFFE\uD800 100%,: \u{1F600}'

function withNastyNames(report: Report): Report {
  const checks = report.checks.map((check) => ({
    ...check,
    name: `${check.name} ${nasty}`,
    findings: check.findings.map((finding) => ({ ...finding, message: nasty })),
    ...(check.reason === undefined ? {} : { reason: nasty }),
  }))
  return { ...report, checks }
}

function casesOf(xml: string): Record<string, unknown>[] {
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

test('people read what failed and where, what was not provoked and why, and the coverage', async () => {
  const text = humanReport(await reportOfRun())
  expect(text).toContain(`
FAIL 401 unauthorized_credentials: a wrong secret
       401 body: is not JSON; it looks like HTML
`)
  expect(text).toContain(
    "\nok   the document's own examples: 24 of 24 are right\nok   200 revoked: a revoke\n",
  )
  expect(text).toContain(`
Coverage of the contract
  statuses            3/7  untouched: 401, 403, 429, 500
  examples          12/17  untouched: unauthorized_credentials, `)
  expect(text).toContain(`
  parameters          5/5
  request body        1/1
  security schemes    1/1

Not provoked here: 403 (needs the token of a session whose roles may not revoke; needs the token of a session of another Organization)
Not provoked here: 429 (needs a target at its rate limit)
Not provoked here, but required: 500 (needs a target that fails)
`)
  expect(text).toMatch(/\nFAILED: \d+ passed, 3 failed, 6 not provoked\n$/)
})

test('JUnit has a testcase for each check, and a failure for what is required and missing', async () => {
  const report = await reportOfRun()
  const xml = junitReport(report)
  expect(XMLValidator.validate(xml)).toBe(true)
  const cases = casesOf(xml)
  expect(cases.map(({ name }) => name)).toEqual([
    ...report.checks.map(({ name }) => name),
    'provokes 500, which is required',
  ])
  expect(cases.filter(({ failure }) => failure !== undefined)).toHaveLength(4)
  expect(cases.filter(({ skipped }) => skipped !== undefined)).toHaveLength(6)
  expect(xml).toContain(`tests="${cases.length}" failures="4" errors="0" skipped="6"`)
})

test('JUnit is well-formed whatever a name or a message holds', async () => {
  const report = withNastyNames(await reportOfRun())
  const xml = junitReport(report)
  expect(XMLValidator.validate(xml)).toBe(true)
  // oxlint-disable-next-line no-control-regex -- XML 1.0 has no place for them
  expect(xml).not.toMatch(/[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]/)
  expect(casesOf(xml)).toHaveLength(report.checks.length + 1)
})

test('GitHub gets an annotation a line, whatever a name or a message holds', async () => {
  const report = withNastyNames(await reportOfRun())
  const text = githubReport(report)
  const annotations = text.slice(humanReport(report).length).split('\n').slice(0, -1)
  expect(annotations).toHaveLength(3 + 3)
  for (const line of annotations) {
    // A property ends at "," or ":"; a bare % would be read as an escape.
    expect(line).toMatch(
      /^::(?:error|notice) title=(?:[^%:,]|%[0-9A-F]{2})+::(?:[^%]|%[0-9A-F]{2})*$/,
    )
  }
  expect(annotations[0]).toContain('::error title=401 unauthorized_credentials%3A no credentials')
  expect(annotations.at(-1)).toBe('::error title=500 was not provoked::needs a target that fails')
})
