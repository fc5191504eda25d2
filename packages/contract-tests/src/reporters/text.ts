import { coverageRows, notCovered } from '../coverage.ts'
import type { Coverage, CoverageItem } from '../coverage.ts'
import { checksOf, describeSkipped } from '../report.ts'
import type { Check, Outcome, Report } from '../report.ts'
import { describeViolation } from '../verify.ts'

const markers: Record<Outcome, string> = { passed: 'ok  ', failed: 'FAIL', skipped: '-   ' }

/** Formats a report as plain text: every check, the coverage, what was skipped and why, and the verdict. */
export function textReport(report: Report): string {
  const { contract, target, operations, coverage } = report
  const documentChecks = checksOf(report, undefined)
  const lines = [
    `Contract tests of ${contract.title} ${contract.version} against ${target.url} (profile ${target.profile})`,
    '',
    documentSummary(documentChecks),
    ...documentChecks.filter(({ outcome }) => outcome === 'failed').flatMap(checkLines),
    ...operations.flatMap((operation) => [
      '',
      operation,
      ...checksOf(report, operation).flatMap(checkLines),
    ]),
    '',
    ...operations.flatMap((operation) => coverageLines(operation, coverage[operation])),
    ...report.skippedStatuses.map((skipped) => skippedLine(report, skipped)),
    ...report.missingExamples.map(
      (missing) =>
        `Missing, but required: ${missing.example} (${describeSkipped(report, missing)})`,
    ),
    verdict(report),
  ]
  return `${lines.join('\n')}\n`
}

function documentSummary(checks: Check[]): string {
  const valid = checks.filter(({ outcome }) => outcome === 'passed').length
  const marker = markers[valid === checks.length ? 'passed' : 'failed']
  return `${marker} examples in the contract's document: ${valid} of ${checks.length} are valid`
}

function checkLines({ name, outcome, violations, reason }: Check): string[] {
  const suffix = reason === undefined ? '' : ` (skipped: ${reason})`
  return [
    `${markers[outcome]} ${name}${suffix}`,
    ...violations.map((violation) => `       ${describeViolation(violation)}`),
  ]
}

/** The coverage of an operation, with one line per kind of element. */
export function coverageLines(
  operation: string,
  coverage: Partial<Coverage> | undefined,
): string[] {
  if (coverage === undefined) return []
  const rows = coverageRows(coverage).map(([title, items]) => coverageRow(title, items))
  return [`Coverage of ${operation}`, ...rows, '']
}

function coverageRow(title: string, items: CoverageItem[]): string {
  const missed = notCovered(items)
  const count = `${items.length - missed.length}/${items.length}`
  const suffix = missed.length === 0 ? '' : `  not covered: ${missed.join(', ')}`
  return `  ${title.padEnd(18)}${count.padStart(5)}${suffix}`
}

function skippedLine(report: Report, skipped: Report['skippedStatuses'][number]): string {
  const required = report.missingStatuses.includes(skipped.status) ? ', but required' : ''
  return `Skipped${required}: ${skipped.status} (${describeSkipped(report, skipped)})`
}

/** The result on one line. */
export function verdict({ checks, passed }: Report): string {
  const count = (outcome: Outcome) => checks.filter((check) => check.outcome === outcome).length
  return `${passed ? 'PASSED' : 'FAILED'}: ${count('passed')} passed, ${count('failed')} failed, ${count('skipped')} skipped`
}
