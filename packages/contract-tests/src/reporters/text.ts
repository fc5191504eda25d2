import type { Coverage, CoverageItem } from '../coverage.ts'
import type { Check, Outcome, Report } from '../report.ts'
import { describeViolation } from '../verify.ts'

const markers: Record<Outcome, string> = { passed: 'ok  ', failed: 'FAIL', skipped: '-   ' }

/** A plain-text report: every check, the coverage, what was skipped and why, and the verdict. */
export function textReport(report: Report): string {
  const { target, checks, coverage } = report
  const lines = [
    `Contract tests against ${target.url} (profile ${target.profile})`,
    '',
    documentSummary(checks.filter(({ group }) => group === 'document')),
    ...checks
      .filter(({ group, outcome }) => group === 'target' || outcome === 'failed')
      .flatMap(checkLines),
    '',
    ...coverageLines(coverage),
    '',
    ...skippedLines(report),
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

function coverageLines(coverage: Coverage): string[] {
  const rows: [title: string, items: CoverageItem[]][] = [
    ['statuses', coverage.statuses],
    ['examples', coverage.examples],
    ['response headers', coverage.responseHeaders],
    ['parameters', coverage.parameters],
    ['request body', coverage.requestBody],
    ['security schemes', coverage.securitySchemes],
  ]
  return ['Coverage of the contract', ...rows.map(([title, items]) => coverageRow(title, items))]
}

function coverageRow(title: string, items: CoverageItem[]): string {
  const missed = items.filter(({ covered }) => !covered).map(({ name }) => name)
  const count = `${items.length - missed.length}/${items.length}`
  const suffix = missed.length === 0 ? '' : `  not covered: ${missed.join(', ')}`
  return `  ${title.padEnd(18)}${count.padStart(5)}${suffix}`
}

function skippedLines({ skippedStatuses, missingStatuses }: Report): string[] {
  return skippedStatuses.map(({ status, reasons }) => {
    const required = missingStatuses.includes(status) ? ', but required' : ''
    return `Skipped${required}: ${status} (${reasons.join('; ') || 'no case ran'})`
  })
}

function verdict({ checks, passed }: Report): string {
  const count = (outcome: Outcome) => checks.filter((check) => check.outcome === outcome).length
  return `${passed ? 'PASSED' : 'FAILED'}: ${count('passed')} passed, ${count('failed')} failed, ${count('skipped')} skipped`
}
