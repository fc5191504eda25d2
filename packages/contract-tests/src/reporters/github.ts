import { describeSkipped } from '../report.ts'
import type { Report } from '../report.ts'
import { describeViolation } from '../verify.ts'
import { textReport } from './text.ts'

/** The text report, followed by an annotation for each failure and each skipped status. */
export function githubReport(report: Report): string {
  const failed = report.checks.filter(({ outcome }) => outcome === 'failed')
  const annotations = [
    ...failed.map(({ operation, name, violations }) =>
      annotation(
        'error',
        operation ? `${operation} ${name}` : name,
        violations.map(describeViolation).join('\n'),
      ),
    ),
    ...report.skippedStatuses.map((skipped) =>
      annotation(
        report.missingStatuses.includes(skipped.status) ? 'error' : 'notice',
        `${skipped.status} was skipped`,
        describeSkipped(report, skipped),
      ),
    ),
  ]
  return textReport(report) + annotations.map((line) => `${line}\n`).join('')
}

function annotation(level: 'error' | 'notice', title: string, message: string): string {
  return `::${level} title=${escapeProperty(title)}::${escapeData(message)}`
}

// The same escaping of workflow commands as in the GitHub Actions toolkit.
function escapeData(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A')
}

function escapeProperty(text: string): string {
  return escapeData(text).replaceAll(':', '%3A').replaceAll(',', '%2C')
}
