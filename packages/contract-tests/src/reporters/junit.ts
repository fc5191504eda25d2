import { checksOf } from '../report.ts'
import type { Check, Report } from '../report.ts'
import { describeViolation } from '../verify.ts'

/** A report as JUnit XML, the format that CI servers read, with a suite for each operation. */
export function junitReport(report: Report): string {
  const { title, version } = report.contract
  const suites: [name: string, checks: Check[]][] = [
    ["the contract's document", checksOf(report, undefined)],
    ...report.operations.map((operation): [string, Check[]] => [
      operation,
      checksOf(report, operation),
    ]),
    ['the required statuses', requiredStatusChecks(report)],
  ]
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name=${attribute(`contract-tests of ${title} ${version}`)} ${counts(suites.flatMap(([, checks]) => checks))}>`,
    ...suites
      .filter(([, checks]) => checks.length > 0)
      .map(([name, checks]) => suite(name, checks)),
    '</testsuites>\n',
  ].join('\n')
}

// JUnit has no overall verdict, so that each missing status needs a failed testcase of its own.
function requiredStatusChecks({ skippedStatuses, missingStatuses }: Report): Check[] {
  return skippedStatuses
    .filter(({ status }) => missingStatuses.includes(status))
    .map(({ status, operations }) => ({
      name: `a case of the required status ${status} runs`,
      outcome: 'failed',
      violations: [
        {
          status,
          part: 'response',
          where: '',
          message: `every case was skipped for ${operations.join(', ')}`,
        },
      ],
      durationMs: 0,
    }))
}

function suite(name: string, checks: Check[]): string {
  return [
    `  <testsuite name=${attribute(name)} ${counts(checks)}>`,
    ...checks.map((check) => testcase(name, check)),
    '  </testsuite>',
  ].join('\n')
}

function testcase(suiteName: string, check: Check): string {
  const { name, outcome, violations, reason = '', durationMs } = check
  const open = `    <testcase classname=${attribute(suiteName)} name=${attribute(name)} time="${durationMs / 1000}"`
  if (outcome === 'passed') return `${open}/>`
  if (outcome === 'skipped') {
    return `${open}><skipped message=${attribute(reason)}/></testcase>`
  }
  const lines = violations.map(describeViolation)
  return `${open}><failure message=${attribute(lines[0] ?? '')}>${escape(lines.join('\n'))}</failure></testcase>`
}

function counts(checks: Check[]): string {
  const count = (outcome: Check['outcome']) =>
    checks.filter((check) => check.outcome === outcome).length
  const time = checks.reduce((sum, { durationMs }) => sum + durationMs, 0) / 1000
  return `tests="${checks.length}" failures="${count('failed')}" errors="0" skipped="${count('skipped')}" time="${time}"`
}

function attribute(text: string): string {
  return `"${escape(text).replaceAll('"', '&quot;').replaceAll('\n', '&#10;')}"`
}

// XML 1.0 section 2.2 forbids these characters even when escaped; they are replaced by U+FFFD.
const forbiddenCharacters = /[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu

function escape(text: string): string {
  return text
    .replace(forbiddenCharacters, '\u{FFFD}')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
}
