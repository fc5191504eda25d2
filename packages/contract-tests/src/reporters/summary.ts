import { coverageRows, notCovered } from '../coverage.ts'
import type { CoverageItem } from '../coverage.ts'
import type { ReportView } from './view.ts'

// GitHub rejects a summary of more than 1 MiB.
const maxFailures = 100
const maxCellLength = 1000

/** Formats a report as Markdown, for the summary of a GitHub job: the verdict, the failures, the coverage. */
export function summaryReport(view: ReportView): string {
  const { title, passed, verdict } = view
  const marker = passed ? ':white_check_mark:' : ':x:'
  const sections = [
    `### ${marker} ${escape(title)}`,
    escape(verdict),
    failureTable(view),
    coverageTable(view),
  ]
  return `${sections.filter((section) => section !== '').join('\n\n')}\n\n`
}

function failureTable({ suites }: ReportView): string {
  const failed = suites.flatMap(({ name, cases }) =>
    cases.filter(({ outcome }) => outcome === 'failed').map((each) => ({ suite: name, ...each })),
  )
  if (failed.length === 0) return ''
  const rest = failed.length - maxFailures
  return [
    '| | failed | violations |',
    '| --- | --- | --- |',
    ...failed
      .slice(0, maxFailures)
      .map(({ suite, name, violations }) => row([suite, name, violations.join('\n')])),
    ...(rest > 0 ? [row(['', `and ${rest} more`, ''])] : []),
  ].join('\n')
}

function coverageTable({ coverage }: ReportView): string {
  const rows = Object.entries(coverage).flatMap(([operation, each]) =>
    coverageRows(each).map(([title, items]) =>
      row([operation, title, countOf(items), notCovered(items).join(', ')]),
    ),
  )
  if (rows.length === 0) return ''
  return [
    '<details><summary>Coverage of the contract</summary>',
    '',
    '| operation | | covered | not covered |',
    '| --- | --- | --- | --- |',
    ...rows,
    '',
    '</details>',
  ].join('\n')
}

function countOf(items: readonly CoverageItem[]): string {
  return `${items.length - notCovered(items).length}/${items.length}`
}

function row(cells: string[]): string {
  return `| ${cells.map(escape).join(' | ')} |`
}

// As character references, which have no meaning in Markdown; a table row must stay on one line.
function escape(text: string): string {
  const shown = text.length > maxCellLength ? `${text.slice(0, maxCellLength)}\u2026` : text
  return shown
    .replace(/[^\p{L}\p{N} .,:;()/+=\n-]/gu, (character) => `&#${character.codePointAt(0)};`)
    .replaceAll('\n', '<br>')
}
