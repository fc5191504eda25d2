import { formatDuration, formatLatency, formatNumber, formatTime } from '../format.ts'
import {
  countOmitted,
  countOmittedLines,
  describeApps,
  describeFacts,
  headlineOf,
  listConnected,
  reasonOf,
  REPORTED_STATES,
  RUN_ENDS,
  textsOf,
} from './describe.ts'
import { describeChecks } from './describe-verification.ts'
import type { IncidentSummary } from './summarize-ledger.ts'

/** How many intervals the Markdown shows, each of several of the timeline. */
const MAX_ROWS = 24

/**
 * The report as Markdown.
 *
 * @param printable makes text of the ledger safe to print
 */
export function renderMarkdown(
  summary: IncidentSummary,
  printable: (text: string) => string,
): string {
  const text = (value: string): string => escapeMarkdown(printable(value))
  const { runs, notRevoked, counts } = summary
  const omitted = countOmitted(summary)
  const omittedLines = countOmittedLines(summary)
  const connected = listConnected(summary)
  return [
    `# Incident report: ${describeApps(summary, text, 1)}`,
    `**${escapeMarkdown(headlineOf(summary).text)}** A target is one Member's access to one Connected App.`,
    '## Results',
    table(
      ['Result', 'Targets', 'Meaning'],
      REPORTED_STATES.filter((state) => state === 'revoked' || counts[state] > 0).map((state) => [
        textsOf(state, summary).name,
        formatNumber(counts[state]),
        textsOf(state, summary).meaning,
      ]),
    ),
    '## Verification',
    describeChecks(summary).map(text).join(' '),
    '## The incident',
    table(['', ''], describeFacts(summary, text)),
    '## Runs',
    runs.length === 0
      ? 'None: nothing was sent.'
      : table(
          ['Started', 'Took', 'Targets', 'End'],
          runs.map((run) => [
            formatTime(run.startedAt),
            formatDuration(run.endedAt - run.startedAt),
            formatNumber(run.outcomes),
            RUN_ENDS[run.end],
          ]),
        ),
    '## Timeline',
    'Running time, without the pauses between runs.',
    timelineTable(summary),
    ...(connected.members.length > 0
      ? [
          '## Members who are connected',
          table(
            ['Connected', 'Organization', 'Member', 'Connected App'],
            connected.members.map((each) => [
              each.connected,
              text(each.organization_id),
              text(each.member_id),
              text(each.connected_app_id),
            ]),
          ),
        ]
      : []),
    ...(connected.omitted > 0
      ? [`And ${formatNumber(connected.omitted)} more; verify lists all of them.`]
      : []),
    `## Not revoked${summary.isRunning ? ' yet' : ''}`,
    notRevoked.length === 0
      ? 'None.'
      : table(
          ['Organization', 'Member', 'Connected App', 'Result', 'Reason'],
          notRevoked.map((each) => [
            text(each.target.organization_id),
            text(each.target.member_id),
            text(each.target.connected_app_id),
            textsOf(each.state, summary).name,
            reasonOf(each, text, summary),
          ]),
        ),
    ...(omitted > 0 ? [`And ${formatNumber(omitted)} more; the ledger has all of them.`] : []),
    ...(summary.skippedLines.length > 0
      ? [
          '## Left out of the plan',
          table(
            ['Line', 'Problem'],
            summary.skippedLines.map(({ line, problem }) => [formatNumber(line), text(problem)]),
          ),
        ]
      : []),
    ...(omittedLines > 0
      ? [`And ${formatNumber(omittedLines)} more; the ledger has all of them.`]
      : []),
    '',
  ].join('\n\n')
}

function timelineTable({ timeline }: IncidentSummary): string {
  const step = Math.ceil(timeline.length / MAX_ROWS)
  const rows: string[][] = []
  for (let start = 0; start < timeline.length; start += step) {
    const group = timeline.slice(start, start + step)
    const [first] = group
    if (first === undefined) continue
    const seconds = first.seconds * group.length
    const outcomes = group.reduce((sum, each) => sum + each.outcomes, 0)
    const slowest = group.flatMap(({ p95 }) => p95 ?? [])
    rows.push([
      formatTime(first.startedAt),
      formatNumber(outcomes / seconds),
      formatNumber(group.reduce((sum, each) => sum + each.rateLimited, 0)),
      formatLatency(slowest.length === 0 ? undefined : Math.max(...slowest)),
    ])
  }
  return rows.length === 0
    ? 'Nothing was sent.'
    : table(['From', 'Targets per second', '429s', 'Highest p95'], rows)
}

function table(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
  return [headings, headings.map(() => '---'), ...rows].map(line).join('\n')
}

/** Keeps text from being a link or a mention, which GitHub makes of bare URLs and names, an image, HTML or the end of a cell. */
function escapeMarkdown(text: string): string {
  return text.replaceAll(/[\\`*_{}[\]<>()#!|~&@]|:(?=\/\/)|(?<=www)\./gi, '\\$&')
}
