import type { Check } from '../check.ts'
import { describeFinding } from '../finding.ts'
import type { Report } from '../report.ts'

const suites = { document: "the contract's own examples", target: 'the target' } as const

/** A report as JUnit XML, the form that CI servers read. What was not provoked is `skipped`. */
export function junitReport(report: Report): string {
  const checks = [...report.checks, ...missingStatuses(report)]
  const body = (['document', 'target'] as const).map((group) =>
    suite(
      suites[group],
      checks.filter((check) => check.group === group),
    ),
  )
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="contract-tests" ${counts(checks)}>`,
    ...body,
    '</testsuites>\n',
  ].join('\n')
}

// JUnit knows no verdict of its own: a required status that was not provoked has to be a failure.
function missingStatuses({ missing }: Report): Check[] {
  return missing.map((status) => ({
    name: `provokes ${status}, which is required`,
    group: 'target',
    outcome: 'failed',
    findings: [{ status, part: 'answer', where: '', message: 'was not provoked' }],
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
  const { name, outcome, findings, reason = '', durationMs } = check
  const open = `    <testcase classname=${attribute(suiteName)} name=${attribute(name)} time="${durationMs / 1000}"`
  if (outcome === 'passed') return `${open}/>`
  if (outcome === 'not provoked') {
    return `${open}><skipped message=${attribute(`not provoked here: ${reason}`)}/></testcase>`
  }
  const lines = findings.map(describeFinding)
  return `${open}><failure message=${attribute(lines[0] ?? '')}>${escape(lines.join('\n'))}</failure></testcase>`
}

function counts(checks: Check[]): string {
  const count = (outcome: Check['outcome']) =>
    checks.filter((check) => check.outcome === outcome).length
  const time = checks.reduce((sum, { durationMs }) => sum + durationMs, 0) / 1000
  return `tests="${checks.length}" failures="${count('failed')}" errors="0" skipped="${count('not provoked')}" time="${time}"`
}

function attribute(text: string): string {
  return `"${escape(text).replaceAll('"', '&quot;').replaceAll('\n', '&#10;')}"`
}

// What XML 1.0 section 2.2 does not allow at all, escaped or not, becomes U+FFFD.
const notXml = /[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu

function escape(text: string): string {
  return text
    .replace(notXml, '\u{FFFD}')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
}
