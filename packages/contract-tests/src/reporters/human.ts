import type { Check, Outcome } from '../check.ts'
import type { Coverage, CoverageItem } from '../coverage.ts'
import { describeFinding } from '../finding.ts'
import type { Report } from '../report.ts'

const mark: Record<Outcome, string> = { passed: 'ok  ', failed: 'FAIL', 'not provoked': '-   ' }

/** A report for people: what was checked, what could not be provoked, and what the run touched. */
export function humanReport(report: Report): string {
  const { target, checks, coverage } = report
  const lines = [
    `Contract tests against ${target.url} (profile ${target.profile})`,
    '',
    summaryOfDocument(checks.filter(({ group }) => group === 'document')),
    ...checks
      .filter(({ group, outcome }) => group === 'target' || outcome === 'failed')
      .flatMap(linesOfCheck),
    '',
    ...linesOfCoverage(coverage),
    '',
    ...linesOfNotProvoked(report),
    verdict(report),
  ]
  return `${lines.join('\n')}\n`
}

function summaryOfDocument(checks: Check[]): string {
  const right = checks.filter(({ outcome }) => outcome === 'passed').length
  return `${mark[right === checks.length ? 'passed' : 'failed']} the document's own examples: ${right} of ${checks.length} are right`
}

function linesOfCheck({ name, outcome, findings, reason }: Check): string[] {
  const suffix = reason === undefined ? '' : ` (not provoked here: ${reason})`
  return [
    `${mark[outcome]} ${name}${suffix}`,
    ...findings.map((finding) => `       ${describeFinding(finding)}`),
  ]
}

function linesOfCoverage(coverage: Coverage): string[] {
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
  const missed = items.filter(({ touched }) => !touched).map(({ name }) => name)
  const count = `${items.length - missed.length}/${items.length}`
  const rest = missed.length === 0 ? '' : `  untouched: ${missed.join(', ')}`
  return `  ${title.padEnd(18)}${count.padStart(5)}${rest}`
}

function linesOfNotProvoked({ notProvoked, missing }: Report): string[] {
  return notProvoked.map(({ status, reasons }) => {
    const required = missing.includes(status) ? ', but required' : ''
    return `Not provoked here${required}: ${status} (${[...new Set(reasons)].join('; ') || 'no case ran'})`
  })
}

function verdict({ checks, passed }: Report): string {
  const count = (outcome: Outcome) => checks.filter((check) => check.outcome === outcome).length
  return `${passed ? 'PASSED' : 'FAILED'}: ${count('passed')} passed, ${count('failed')} failed, ${count('not provoked')} not provoked`
}
