import { XMLParser, XMLValidator } from 'fast-xml-parser'
import { expect, test } from 'vitest'
import type { Status } from '@connected-apps/contract'
import { contract } from '@connected-apps/contract/operations'
import { runContract } from '../src/index.ts'
import type { Outcome, Report } from '../src/index.ts'
import { githubReport } from '../src/reporters/github.ts'
import { junitReport } from '../src/reporters/junit.ts'
import { runView } from '../src/reporters/run-view.ts'
import { summaryReport } from '../src/reporters/summary.ts'
import { textReport } from '../src/reporters/text.ts'
import { safeOperation, statusOf } from './support/operations.ts'
import { startProvider, validResponse } from './support/provider.ts'
import { credentials, expectedExample } from './support/reference-provider.ts'

const [security] = safeOperation.security
const rejected = security?.example ?? ''
const rejectedStatus = safeOperation.examples[rejected]?.status
const limitStatus = statusOf(safeOperation, 'limit')
const failureStatus = statusOf(safeOperation, 'failure')

// A real run with every outcome: wrong credentials fail, and what needs a session or a trigger is skipped.
async function runWithEveryOutcome(): Promise<Report> {
  await using remote = await startProvider((request) => {
    const { operation, example } = expectedExample(request)
    const response = validResponse(operation, example)
    return example === rejected ? { ...response, body: '<html>' } : response
  })
  return await runContract({
    url: remote.url,
    ...credentials,
    require: [failureStatus as Status], // safe: the document declares it
  })
}

function countOf({ checks }: Report, outcome: Outcome): number {
  return checks.filter((check) => check.outcome === outcome).length
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

test('the text report names the contract, and shows each failure with the violations, grouped by operation', async () => {
  const report = await runWithEveryOutcome()
  const text = textReport(report)
  expect(text).toContain(`Contract tests of ${contract.title} ${contract.version} against http:`)
  const valid = report.checks.filter(({ operation }) => operation === undefined).length
  expect(text).toContain(
    `\nok   examples in the contract's document: ${valid} of ${valid} are valid\n`,
  )
  const [, ...sections] = text.split(/^(?=\w+$)/m)
  expect(sections).toHaveLength(report.operations.length)
  for (const [index, operation] of report.operations.entries()) {
    expect(sections[index]?.split('\n')[0]).toBe(operation)
    expect(sections[index]).toMatch(/\nok {3}\d+ \w+: a request\n/)
    expect(sections[index]).toContain(`
FAIL ${rejectedStatus} ${rejected}: a wrong secret
       ${rejectedStatus} body: is not JSON; it looks like HTML
`)
  }
  expect(text).toMatch(/\nFAILED: \d+ passed, \d+ failed, \d+ skipped\n$/)
})

test('the text report shows the coverage of each operation', async () => {
  const report = await runWithEveryOutcome()
  const text = textReport(report)
  for (const [operation, { statuses, examples }] of Object.entries(report.coverage)) {
    const coverage = text.split(`\nCoverage of ${operation}\n`)[1]?.split('\n\n')[0]
    const count = (items: { covered: boolean }[]) =>
      `${items.filter(({ covered }) => covered).length}/${items.length}`
    expect(coverage).toMatch(new RegExp(`^  statuses +${count(statuses)}  not covered: `))
    expect(coverage).toMatch(
      new RegExp(`^  examples +${count(examples)}  not covered: .*${rejected}`, 'm'),
    )
    expect(coverage).toMatch(/^ {2}security schemes +(\d+)\/\1$/m)
  }
})

test('the text report shows each skipped status with the reason, and whether it was required', async () => {
  const report = await runWithEveryOutcome()
  const text = textReport(report)
  for (const { status, reasons } of report.skippedStatuses) {
    expect(text).toMatch(new RegExp(`^Skipped.*: ${status} \\(`, 'm'))
    expect(text).toContain(`${reasons.join('; ')})\n`)
  }
  expect(text).toContain(`\nSkipped: ${limitStatus} (needs a target at its rate limit, `)
  expect(text).toContain(`\nSkipped, but required: ${failureStatus} (needs a target that fails, `)
})

test('the reports name the operations for which a status was skipped, unless it was for all', async () => {
  const report = await runWithEveryOutcome()
  const [first, ...others] = report.skippedStatuses
  const { operationId } = safeOperation
  if (first === undefined) throw new Error('nothing was skipped')
  const changed = {
    ...report,
    skippedStatuses: [{ ...first, operations: [operationId] }, ...others],
  }
  expect(textReport(changed)).toContain(`\nSkipped: ${first.status} (${operationId}: `)
  expect(githubReport(runView(changed))).toContain(
    `title=${first.status} was skipped::${operationId}: `,
  )
})

test('each report shows what is required but missing, with the reason', async () => {
  const report = await runWithEveryOutcome()
  const { operationId } = safeOperation
  const missing = { example: rejected, operations: [operationId], reasons: ['a reason'] }
  const view = runView({ ...report, missingExamples: [missing] })
  expect(view.text).toContain(`\nMissing, but required: ${rejected} (${operationId}: a reason)\n`)
  expect(githubReport(view)).toContain(
    `::error title=${rejected} is missing::${operationId}: a reason\n`,
  )
  expect(testcasesOf(junitReport(view))).toContainEqual(
    expect.objectContaining({
      name: `a valid response is the required example ${rejected}`,
      failure: expect.anything(),
    }),
  )
  expect(summaryReport(view)).toContain(`${operationId}: a reason`)
})

test('the JUnit report has a suite for each operation, a testcase for each check, and a failure for each missing status', async () => {
  const report = await runWithEveryOutcome()
  const xml = junitReport(runView(report))
  expect(XMLValidator.validate(xml)).toBe(true)
  expect(xml).toContain(`name="contract-tests of ${contract.title} ${contract.version}"`)
  const cases = testcasesOf(xml)
  const missing = {
    name: `a case of the required status ${failureStatus} runs`,
    classname: 'what is required',
  }
  expect(
    cases.map(({ name, classname }) => `${String(classname)}: ${String(name)}`).toSorted(),
  ).toEqual(
    [
      ...report.checks.map(
        ({ name, operation }) => `${operation ?? "the contract's document"}: ${name}`,
      ),
      `${missing.classname}: ${missing.name}`,
    ].toSorted(),
  )
  const failed = countOf(report, 'failed') + 1
  const skipped = countOf(report, 'skipped')
  expect(cases.filter(({ failure }) => failure !== undefined)).toHaveLength(failed)
  expect(cases.filter((each) => each['skipped'] !== undefined)).toHaveLength(skipped)
  expect(xml).toContain(
    `<testsuites name="contract-tests of ${contract.title} ${contract.version}" tests="${cases.length}" failures="${failed}" errors="0" time="`,
  )
})

/** What the schema of Jenkins (junit-10.xsd of its xUnit plugin) allows of what is used here. */
const jenkins: Record<string, { required: string[]; optional: string[]; children: string[] }> = {
  testsuites: {
    required: [],
    optional: ['name', 'time', 'tests', 'failures', 'errors'],
    children: ['testsuite'],
  },
  testsuite: {
    required: ['name', 'tests', 'failures', 'errors'],
    optional: [
      'time',
      'skipped',
      'timestamp',
      'hostname',
      'id',
      'package',
      'file',
      'log',
      'url',
      'group',
    ],
    children: ['testsuite', 'properties', 'testcase', 'system-out', 'system-err'],
  },
  testcase: {
    required: ['name'],
    optional: ['time', 'classname', 'group'],
    children: ['skipped', 'error', 'failure', 'system-out', 'system-err'],
  },
  skipped: { required: [], optional: ['type', 'message'], children: ['#text'] },
  failure: { required: [], optional: ['type', 'message'], children: ['#text'] },
}
const surefireTime = /^(([0-9]{0,3},)*[0-9]{3}|[0-9]{0,3})*(\.[0-9]*)?$/

function schemaErrors(nodes: Record<string, unknown>[], allowed: string[]): string[] {
  return nodes.flatMap((node) => {
    const { ':@': attributes = {}, ...element } = node
    const [[name, children] = ['', []]] = Object.entries(element)
    if (!allowed.includes(name)) return [`<${name}> is not allowed`]
    const rules = jenkins[name]
    if (rules === undefined) return []
    const given = Object.keys(attributes as object) // the parser's attributes are an object
    const { time = '' }: { time?: string } = Object(attributes)
    return [
      ...given
        .filter((each) => ![...rules.required, ...rules.optional].includes(each))
        .map((each) => `<${name}> has ${each}`),
      ...rules.required
        .filter((each) => !given.includes(each))
        .map((each) => `<${name}> lacks ${each}`),
      ...(name === 'testcase' || surefireTime.test(time) ? [] : [`<${name}> has the time ${time}`]),
      ...schemaErrors(children as Record<string, unknown>[], rules.children), // the parser's children are an array
    ]
  })
}

test('the JUnit report satisfies the schema of Jenkins', async () => {
  const report = withSpecialCharacters(await runWithEveryOutcome())
  const checks = report.checks.map((check, index) => ({ ...check, durationMs: index / 3 }))
  const parser = new XMLParser({
    ignoreAttributes: false,
    attributeNamePrefix: '',
    preserveOrder: true,
    ignoreDeclaration: true,
  })
  const parse = (xml: string): Record<string, unknown>[] => parser.parse(xml)
  const xml = junitReport(runView({ ...report, checks }))
  expect(schemaErrors(parse(xml), ['testsuites'])).toEqual([])
  // The rules themselves find what is wrong.
  expect(schemaErrors(parse(xml.replace('errors="0"', 'skipped="0"')), ['testsuites'])).toEqual([
    '<testsuites> has skipped',
  ])
  expect(
    schemaErrors(parse('<testsuites><testsuite time="1e-7"/></testsuites>'), ['testsuites']),
  ).toEqual([
    ...['name', 'tests', 'failures', 'errors'].map((each) => `<testsuite> lacks ${each}`),
    '<testsuite> has the time 1e-7',
  ])
})

test('the summary has the verdict, a row for each failure, and the coverage, whatever the names and messages', async () => {
  const report = withSpecialCharacters(await runWithEveryOutcome())
  const markdown = summaryReport(runView(report))
  expect(markdown).toMatch(
    /^### :x: contract-tests of .*\n\nFAILED: \d+ passed, \d+ failed, \d+ skipped\n\n/,
  )
  const rows = markdown.split('\n').filter((line) => line.startsWith('|'))
  const failures = countOf(report, 'failed') + 1
  const coverage = Object.values(report.coverage).flatMap((each) =>
    Object.values(each).filter((items) => items.length > 0),
  )
  expect(rows).toHaveLength(2 + failures + 2 + coverage.length)
  for (const row of rows)
    expect(row.split('|').length - 1).toBe(rows.indexOf(row) < 2 + failures ? 4 : 5)
  // Nothing that Markdown or HTML would read.
  const text = markdown.replaceAll(/&#\d+;|<br>|<\/?details>|<\/?summary>|^### :x:/gm, '')
  expect(text).not.toMatch(/[<>`*_[\]#~@\\&]/)
})

test('the summary stays below the size that GitHub accepts', async () => {
  const report = await runWithEveryOutcome()
  const [check] = report.checks.filter(({ outcome }) => outcome === 'failed')
  if (check === undefined) throw new Error('nothing failed')
  const violations = check.violations.map((each) => ({
    ...each,
    message: '\u{1F600}'.repeat(5000),
  }))
  const checks = Array.from({ length: 500 }, (_, index) => ({
    ...check,
    name: `${index}`,
    violations,
  }))
  const markdown = summaryReport(runView({ ...report, checks }))
  expect(Buffer.byteLength(markdown)).toBeLessThan(1024 * 1024)
  expect(markdown).toContain('and 401 more')
})

test('the JUnit report is well-formed, whatever the names and messages', async () => {
  const report = withSpecialCharacters(await runWithEveryOutcome())
  const xml = junitReport(runView(report))
  expect(XMLValidator.validate(xml)).toBe(true)
  // oxlint-disable-next-line no-control-regex -- XML 1.0 forbids these characters
  expect(xml).not.toMatch(/[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]/)
  expect(testcasesOf(xml)).toHaveLength(report.checks.length + 1)
})

test('the GitHub report has one annotation per line, whatever the names and messages', async () => {
  const report = withSpecialCharacters(await runWithEveryOutcome())
  const text = githubReport(runView(report))
  const annotations = text.slice(textReport(report).length).split('\n').slice(0, -1)
  expect(annotations).toHaveLength(countOf(report, 'failed') + report.skippedStatuses.length)
  for (const line of annotations) {
    // Unescaped, "," and ":" would end the property, and "%" would start an escape sequence.
    expect(line).toMatch(
      /^::(?:error|notice) title=(?:[^%:,]|%[0-9A-F]{2})+::(?:[^%]|%[0-9A-F]{2})*$/,
    )
  }
  const first = `${safeOperation.operationId} ${rejectedStatus} ${rejected}%3A no credentials`
  expect(annotations[0]).toContain(`::error title=${first}`)
  expect(annotations.at(-1)).toContain(
    `::error title=${failureStatus} was skipped::needs a target that fails`,
  )
})
