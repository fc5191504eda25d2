import { describeFinding } from '../finding.ts'
import type { Report } from '../report.ts'
import { humanReport } from './human.ts'

/** The human report, and after it an annotation for each failure and each status not provoked. */
export function githubReport(report: Report): string {
  const failed = report.checks.filter(({ outcome }) => outcome === 'failed')
  const annotations = [
    ...failed.map(({ name, findings }) =>
      annotation('error', name, findings.map(describeFinding).join('\n')),
    ),
    ...report.notProvoked.map(({ status, reasons }) =>
      annotation(
        report.missing.includes(status) ? 'error' : 'notice',
        `${status} was not provoked`,
        [...new Set(reasons)].join('\n'),
      ),
    ),
  ]
  return humanReport(report) + annotations.map((line) => `${line}\n`).join('')
}

function annotation(level: 'error' | 'notice', title: string, message: string): string {
  return `::${level} title=${escapeProperty(title)}::${escapeData(message)}`
}

// As the toolkit of GitHub Actions escapes workflow commands.
function escapeData(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A')
}

function escapeProperty(text: string): string {
  return escapeData(text).replaceAll(':', '%3A').replaceAll(',', '%2C')
}
