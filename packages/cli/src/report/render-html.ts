import { escapeHtml, renderPage } from '@connected-apps/node-http/html-page'
import { formatCount, formatDuration, formatLatency, formatNumber, formatTime } from '../format.ts'
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
import { renderPlot } from './plot.ts'
import type { Plot } from './plot.ts'
import { style } from './style.ts'
import type { IncidentSummary } from './summarize-ledger.ts'

// A ledger is a file, which may have been changed.
const POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"

const TITLE = 'Incident report'

/** How each page starts, by which the command knows what it may overwrite. */
export const [PAGE_START = ''] = renderPage({ title: TITLE, content: '', policy: POLICY }).split(
  '</title>',
)

/**
 * The report as a page that needs no other file and no script.
 *
 * @param printable shows what is invisible in text of the ledger
 */
export function renderHtml(summary: IncidentSummary, printable: (text: string) => string): string {
  const text = (value: string): string => escapeHtml(printable(value))
  const { tone, text: headline } = headlineOf(summary)
  const content = [
    `<header><p class="kicker">${TITLE}: ${describeApps(summary, text, 1)}</p>
<h1>${escapeHtml(headline)}</h1>
<p class="lead">A target is one Member’s access to one Connected App.</p></header>`,
    renderResults(summary, tone),
    renderVerification(summary, text),
    renderFacts(summary, text),
    renderRuns(summary),
    renderTimeline(summary),
    renderConnected(summary, text),
    renderNotRevoked(summary, text),
    renderSkipped(summary, text),
  ].join('\n')
  return renderPage({ title: `${TITLE}: ${headline}`, content, style, policy: POLICY })
}

function renderResults(summary: IncidentSummary, tone: string): string {
  const { counts, targets } = summary
  const shown = REPORTED_STATES.filter((each) => each === 'revoked' || counts[each] > 0)
  // A result that is rare must be seen, too.
  const bar = shown
    .filter((each) => counts[each] > 0)
    .map((each) => `<span data-state="${each}" style="flex-grow:${counts[each]}"></span>`)
    .join('')
  const tiles = shown.map(
    (each) => `<div class="tile" data-state="${each}">
<dt>${textsOf(each, summary).name}</dt>
<dd><strong>${formatNumber(counts[each])}</strong>${targets > 0 ? ` <span>${formatShare(counts[each] / targets)}</span>` : ''}<p>${textsOf(each, summary).meaning}</p></dd></div>`,
  )
  return `<section aria-labelledby="results" data-tone="${tone}">
<h2 id="results">Results of ${formatCount(targets, 'target')}</h2>
<div class="bar" aria-hidden="true">${bar}</div>
<dl class="tiles">${tiles.join('\n')}</dl>
</section>`
}

function renderVerification(summary: IncidentSummary, text: (value: string) => string): string {
  return `<section aria-labelledby="verification">
<h2 id="verification">Verification</h2>
${describeChecks(summary)
  .map((line) => `<p>${text(line)}</p>`)
  .join('\n')}
</section>`
}

function renderConnected(summary: IncidentSummary, text: (value: string) => string): string {
  const { members, omitted } = listConnected(summary)
  if (members.length === 0) return ''
  const rows = members.map((each) => {
    const ids = [each.organization_id, each.member_id, each.connected_app_id]
    return [each.connected, ...ids.map((id) => `<code>${text(id)}</code>`)]
  })
  return `<section aria-labelledby="connected">
<h2 id="connected">Members who are connected</h2>
${renderTable('Connected Members', ['Connected', 'Organization', 'Member', 'Connected App'], rows)}
${omitted > 0 ? `<p class="note">And ${formatNumber(omitted)} more; verify lists all of them.</p>` : ''}
</section>`
}

function renderTimeline({ timeline, rateLimited, latency, runs }: IncidentSummary): string {
  if (timeline.length === 0) return ''
  const runningMs = runs.reduce((sum, { startedAt, endedAt }) => sum + endedAt - startedAt, 0)
  const perSecond = timeline.map(({ outcomes, seconds }) => outcomes / seconds)
  const plots: Plot[] = [
    {
      title: 'Targets per second',
      description: `At most ${formatNumber(Math.max(...perSecond))} per second.`,
      series: [
        {
          name: 'Targets',
          tone: 'calm',
          shape: 'area',
          value: ({ outcomes, seconds }) => outcomes / seconds,
        },
      ],
      format: formatNumber,
    },
    {
      title: 'Rate-limited responses (429)',
      description: `${formatCount(rateLimited, 'rate-limited response')} in all.`,
      series: [
        { name: '429', tone: 'danger', shape: 'bars', value: ({ rateLimited: count }) => count },
      ],
      format: formatNumber,
    },
    {
      title: 'Latency',
      description: `Of all outcomes, half took at most ${formatLatency(latency.p50)}, and 95% at most ${formatLatency(latency.p95)}.`,
      series: [
        { name: 'p95', tone: 'warning', shape: 'line', value: ({ p95 }) => p95 },
        { name: 'p50', tone: 'calm', shape: 'line', value: ({ p50 }) => p50 },
      ],
      format: formatLatency,
    },
  ]
  const note =
    runs.length > 1
      ? 'Running time, without the pauses between runs. A dashed line marks a resume.'
      : 'Running time.'
  const rows = timeline.map((each) => [
    renderTime(each.startedAt),
    formatNumber(each.outcomes / each.seconds),
    formatNumber(each.rateLimited),
    formatLatency(each.p50),
    formatLatency(each.p95),
  ])
  return `<section aria-labelledby="timeline">
<h2 id="timeline">Timeline</h2>
<p class="note">${note}</p>
<div class="card plots">${plots.map((plot, index) => renderPlot(plot, timeline, { id: `plot-${index}`, runningMs })).join('\n')}</div>
<details><summary>The figures as a table</summary>
${renderTable('Figures of the timeline', ['From', 'Targets per second', '429', 'p50', 'p95'], rows, 'numbers')}
</details>
</section>`
}

function renderRuns({ runs }: IncidentSummary): string {
  const rows = runs.map((run) => [
    renderTime(run.startedAt),
    formatDuration(run.endedAt - run.startedAt),
    formatNumber(run.outcomes),
    RUN_ENDS[run.end],
  ])
  return `<section aria-labelledby="runs">
<h2 id="runs">${formatCount(runs.length, 'run')}</h2>
${rows.length === 0 ? '<p class="note">Nothing was sent.</p>' : renderTable('Runs', ['Started', 'Took', 'Targets', 'End'], rows)}
</section>`
}

function renderNotRevoked(summary: IncidentSummary, text: (value: string) => string): string {
  const { notRevoked, targets, counts } = summary
  const omitted = countOmitted(summary)
  const rows = notRevoked.map((each) => {
    const { organization_id, member_id, connected_app_id } = each.target
    const ids = [organization_id, member_id, connected_app_id].map(
      (id) => `<code>${text(id)}</code>`,
    )
    return [...ids, textsOf(each.state, summary).name, reasonOf(each, text, summary)]
  })
  const more =
    omitted > 0
      ? `<p class="note">And ${formatNumber(omitted)} more; the ledger has all of them.</p>`
      : ''
  return `<section aria-labelledby="not-revoked">
<h2 id="not-revoked">${formatNumber(targets - counts.revoked)} not revoked${summary.isRunning ? ' yet' : ''}</h2>
${rows.length === 0 ? '<p class="note">None.</p>' : renderTable('Targets that were not revoked', ['Organization', 'Member', 'Connected App', 'Result', 'Reason'], rows)}
${more}
</section>`
}

function renderSkipped(summary: IncidentSummary, text: (value: string) => string): string {
  if (summary.skippedLines.length === 0) return ''
  const omitted = countOmittedLines(summary)
  const rows = summary.skippedLines.map(({ line, problem }) => [formatNumber(line), text(problem)])
  return `<section aria-labelledby="skipped">
<h2 id="skipped">Left out of the plan</h2>
${renderTable('Lines that the plan left out', ['Line', 'Problem'], rows)}
${omitted > 0 ? `<p class="note">And ${formatNumber(omitted)} more; the ledger has all of them.</p>` : ''}
</section>`
}

function renderFacts(summary: IncidentSummary, text: (value: string) => string): string {
  const facts = describeFacts(summary, text)
  return `<section aria-labelledby="facts">
<h2 id="facts">The incident</h2>
<dl class="card facts">${facts.map(([name, value]) => `<div><dt>${name}</dt><dd>${value}</dd></div>`).join('')}</dl>
</section>`
}

/** @param rows cells of HTML */
function renderTable(
  caption: string,
  headings: readonly string[],
  rows: readonly (readonly string[])[],
  kind: 'rows' | 'numbers' = 'rows',
): string {
  const head = headings.map((heading) => `<th scope="col">${heading}</th>`).join('')
  const body = rows.map((row) => {
    const cells = row.map((cell, index) => `<td data-heading="${headings[index]}">${cell}</td>`)
    return `<tr>${cells.join('')}</tr>`
  })
  // A region that scrolls must be reachable by the keyboard.
  return `<div class="card scroll" role="region" aria-label="${caption}" tabindex="0"><table class="${kind}">
<thead><tr>${head}</tr></thead>
<tbody>${body.join('\n')}</tbody>
</table></div>`
}

function renderTime(at: number): string {
  return `<time datetime="${new Date(at).toISOString()}">${formatTime(at)}</time>`
}

function formatShare(share: number): string {
  const percent = share * 100
  if (percent > 0 && percent < 0.1) return '< 0.1%'
  if (percent < 100 && percent > 99.9) return '> 99.9%'
  return `${percent.toFixed(percent === 100 || percent === 0 ? 0 : 1)}%`
}
