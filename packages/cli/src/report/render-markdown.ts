import { formatDuration, formatLatency, formatNumber, formatTime } from '../format.ts'
import {
  countOmitted,
  countOmittedLines,
  describeApps,
  describeDuration,
  describeSkipped,
  reasonOf,
  STATE_TEXTS,
  REPORTED_STATES,
  headlineOf,
  RUN_ENDS,
} from './describe.ts'
import {
  countConnected,
  describeVerification,
  describeVerifiedAt,
} from './describe-verification.ts'
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
  const { incident, runs, notRevoked, counts, latency } = summary
  const omitted = countOmitted(summary)
  const omittedLines = countOmittedLines(summary)
  return [
    '# Incident report',
    `**${escapeMarkdown(headlineOf(summary).text)}** A target is one Member's access to one Connected App.`,
    table(
      ['', ''],
      [
        ['Connected App', describeApps(summary, text)],
        ['Project', text(incident.project_id)],
        ['API', text(incident.baseUrl)],
        ['Targets from', text(incident.source)],
        ['Planned', formatTime(incident.createdAt)],
        ['Duration', describeDuration(summary) ?? '–'],
        ['Left out', describeSkipped(summary)],
        ['Requests', formatNumber(summary.requests)],
        ['Rate-limited (429)', formatNumber(summary.rateLimited)],
        ['Latency', `p50 ${formatLatency(latency.p50)}, p95 ${formatLatency(latency.p95)}`],
      ],
    ),
    '## Results',
    table(
      ['Result', 'Targets', 'Meaning'],
      REPORTED_STATES.filter((state) => state === 'revoked' || counts[state] > 0).map((state) => [
        STATE_TEXTS[state].name,
        formatNumber(counts[state]),
        STATE_TEXTS[state].meaning,
      ]),
    ),
    '## Verification',
    ...renderVerification(summary, text),
    '## Runs',
    runs.length === 0
      ? 'None: nothing was sent.'
      : table(
          ['Started', 'Took', 'Outcomes', 'End'],
          runs.map((run) => [
            formatTime(run.startedAt),
            formatDuration(run.endedAt - run.startedAt),
            formatNumber(run.outcomes),
            RUN_ENDS[run.end],
          ]),
        ),
    '## Not revoked',
    notRevoked.length === 0
      ? 'None.'
      : table(
          ['Organization', 'Member', 'Connected App', 'Result', 'Reason'],
          notRevoked.map((each) => [
            text(each.target.organization_id),
            text(each.target.member_id),
            text(each.target.connected_app_id),
            STATE_TEXTS[each.state].name,
            reasonOf(each, text),
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
    '## Timeline',
    'Running time, without the pauses between runs.',
    timelineTable(summary),
    '',
  ].join('\n\n')
}

function renderVerification(summary: IncidentSummary, text: (value: string) => string): string[] {
  const { verified } = summary
  const at = describeVerifiedAt(summary)
  if (verified === undefined) return [text(at)]
  const { connected, counts } = verified
  const omitted = countConnected(counts) - connected.length
  const rows = connected.map((each) => [
    each.connected,
    text(each.organization_id),
    text(each.member_id),
    text(each.connected_app_id),
  ])
  return [
    [at, ...describeVerification(verified)].map(text).join(' '),
    ...(rows.length > 0
      ? [table(['Connected', 'Organization', 'Member', 'Connected App'], rows)]
      : []),
    ...(omitted > 0 ? [`And ${formatNumber(omitted)} more; verify lists all of them.`] : []),
  ]
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
