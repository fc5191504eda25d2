import type { Outcome } from '../report.ts'
import type { ReportView, ReportedCase, ReportedSuite } from './view.ts'

/**
 * Formats a report as JUnit XML, which CI servers read. It satisfies the schema of Jenkins
 * (junit-10.xsd), the strictest one, in which `testsuites` has no count of skipped tests.
 */
export function junitReport({ title, suites }: ReportView): string {
  const totals = counts(suites.flatMap(({ cases }) => cases))
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name=${attribute(title)} ${totals}>`,
    ...suites.map(suite),
    '</testsuites>\n',
  ].join('\n')
}

function suite({ name, cases }: ReportedSuite): string {
  const skipped = countOf(cases, 'skipped')
  return [
    `  <testsuite name=${attribute(name)} ${counts(cases)} skipped="${skipped}">`,
    ...cases.map((each) => testcase(name, each)),
    '  </testsuite>',
  ].join('\n')
}

function testcase(suiteName: string, each: ReportedCase): string {
  const { name, outcome, violations, reason = '', durationMs } = each
  const open = `    <testcase classname=${attribute(suiteName)} name=${attribute(name)} time="${seconds(durationMs)}"`
  if (outcome === 'passed') return `${open}/>`
  if (outcome === 'skipped') {
    return `${open}><skipped message=${attribute(reason)}/></testcase>`
  }
  return `${open}><failure message=${attribute(violations[0] ?? '')}>${escape(violations.join('\n'))}</failure></testcase>`
}

function counts(cases: readonly ReportedCase[]): string {
  const time = seconds(cases.reduce((sum, { durationMs }) => sum + durationMs, 0))
  return `tests="${cases.length}" failures="${countOf(cases, 'failed')}" errors="0" time="${time}"`
}

function countOf(cases: readonly ReportedCase[], outcome: Outcome): number {
  return cases.filter((each) => each.outcome === outcome).length
}

function seconds(milliseconds: number): string {
  return (milliseconds / 1000).toFixed(3)
}

function attribute(text: string): string {
  return `"${escape(text).replaceAll('"', '&quot;').replaceAll('\n', '&#10;')}"`
}

// XML 1.0 section 2.2 forbids these characters even when escaped; they are replaced with U+FFFD.
const forbiddenCharacters = /[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu

function escape(text: string): string {
  return text
    .replace(forbiddenCharacters, '\u{FFFD}')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
}
