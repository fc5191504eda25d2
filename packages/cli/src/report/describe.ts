import { formatCount, formatDuration, formatLatency, formatNumber, formatTime } from '../format.ts'
import { countConnected, summarizeVerification } from './describe-verification.ts'
import type { TargetState } from '../ledger/target-states.ts'
import type { Details } from '../run/attempt.ts'
import type { ConnectedMember } from '../target.ts'
import type { IncidentSummary, EndOfRun } from './summarize-ledger.ts'

/** How a report names what became of a target, and what that means, the good first. */
export const STATE_TEXTS: Readonly<Record<TargetState, { name: string; meaning: string }>> = {
  revoked: { name: 'Revoked', meaning: 'the API confirmed it' },
  not_found: {
    name: 'Not found',
    meaning: 'the API knows no such Organization, Member or app, so there is no access to revoke',
  },
  forbidden: { name: 'Forbidden', meaning: 'the credentials or the session lack the permission' },
  failed: { name: 'Failed', meaning: 'the API rejected the request, or failed at every attempt' },
  unknown: {
    name: 'Unknown',
    meaning: 'no attempt had a conclusive response; a resume sends it again',
  },
  sent: {
    name: 'Interrupted',
    meaning: 'the run ended before the response was recorded; a resume sends it again',
  },
  unsent: { name: 'Not sent', meaning: 'the run ended before its turn; a resume sends it' },
}

/** Of a target without a final outcome, while a run is in progress. */
const RUNNING_TEXTS: Partial<typeof STATE_TEXTS> = {
  sent: { name: 'In flight', meaning: 'sent, and the response is not recorded yet' },
  unsent: { name: 'Not sent yet', meaning: 'the run in progress has not come to it' },
}

export function textsOf(
  state: TargetState,
  { isRunning }: Pick<IncidentSummary, 'isRunning'>,
): { name: string; meaning: string } {
  return (isRunning ? RUNNING_TEXTS[state] : undefined) ?? STATE_TEXTS[state]
}

export const REPORTED_STATES = Object.keys(STATE_TEXTS) as TargetState[] // the keys of a record of states

/** The first sentences of a report, which are its title. */
export interface Headline {
  tone: 'success' | 'warning' | 'danger'
  text: string
}

export function headlineOf(summary: IncidentSummary): Headline {
  const { counts, targets, planned, pending, isRunning, runs } = summary
  if (planned === undefined) {
    return { tone: 'danger', text: 'The plan is incomplete: nothing was sent. Plan again.' }
  }
  if (targets === 0) return { tone: 'warning', text: 'The plan has no targets.' }
  const all = formatCount(targets, 'target')
  const { unread } = planned.skipped
  const missed = unread === 0 ? '' : `, but ${describeUnread(unread)}`
  if (pending > 0 && isRunning) {
    const verb = pending === 1 ? 'remains' : 'remain'
    const text = `A run is in progress: ${formatNumber(pending)} of ${all} ${verb}${missed}.`
    return { tone: unread === 0 ? 'warning' : 'danger', text }
  }
  if (pending > 0) {
    const unless =
      runs.at(-1)?.end === 'unrecorded' ? ', unless it still runs on another machine' : ''
    const verb = pending === 1 ? 'is' : 'are'
    const text = `${formatNumber(pending)} of ${all} ${verb} pending: resume the run${unless}.`
    return { tone: 'danger', text }
  }
  if (counts.revoked + counts.not_found < targets) {
    const missing = formatNumber(targets - counts.revoked)
    return { tone: 'danger', text: `${missing} of ${all} were not revoked.` }
  }
  const areAllRevoked = counts.revoked === targets
  const revoked = areAllRevoked
    ? `${targets === 1 ? `The ${all} is` : `All ${all} are`} revoked, as the API responded${missed}.`
    : `${formatNumber(counts.revoked)} of ${all} are revoked; the API does not know ${formatNumber(counts.not_found)}${missed}.`
  const verification = summarizeVerification(summary)
  const tones = [
    unread === 0 ? 'success' : 'danger',
    areAllRevoked ? 'success' : 'warning',
    verification.tone,
  ]
  const tone = (['danger', 'warning'] as const).find((each) => tones.includes(each)) ?? 'success'
  return { tone, text: `${revoked} ${verification.text}` }
}

/** `2 lists of Members were not read` */
export function describeUnread(lists: number): string {
  return `${formatCount(lists, 'list')} of Members ${lists === 1 ? 'was' : 'were'} not read`
}

const NOTHING_SKIPPED = { duplicate: 0, invalid: 0, unread: 0 }

/** What the plan left out. */
function describeSkipped({ planned }: IncidentSummary): string {
  const { duplicate, invalid, unread } = planned?.skipped ?? NOTHING_SKIPPED
  const counts = `${formatNumber(duplicate)} duplicate, ${formatNumber(invalid)} malformed`
  return unread === 0 ? counts : `${counts}; ${describeUnread(unread)}`
}

/** How many lines that the plan left out are not in the list of a report. */
export function countOmittedLines({ planned, skippedLines }: IncidentSummary): number {
  const { duplicate, invalid, unread } = planned?.skipped ?? NOTHING_SKIPPED
  return duplicate + invalid + unread - skippedLines.length
}

/**
 * Why a target was not revoked, with the id of the request.
 *
 * @param text makes a part of it safe to show, and may cut it to a length
 */
export function reasonOf(
  { state, outcome }: { readonly state: TargetState; readonly outcome: Details | undefined },
  text: (value: string) => string,
  run: Pick<IncidentSummary, 'isRunning'> = { isRunning: false },
): string {
  if (outcome === undefined) return textsOf(state, run).meaning
  const { status_code, error_type, reason, request_id } = outcome
  const parts = reason === undefined ? [status_code, error_type] : [reason]
  const shown = parts.filter((part) => part !== undefined).map((part) => text(String(part)))
  const id = request_id === undefined ? '' : text(request_id)
  return (shown.some((part) => part.includes(id)) ? shown : [...shown, id]).join(' ')
}

export const RUN_ENDS: Readonly<Record<EndOfRun, string>> = {
  finished: 'finished',
  interrupted: 'interrupted by a person or a signal',
  unavailable: 'stopped by itself: the server was down, or rejected the credentials',
  killed: 'not recorded: killed, or the ledger could not be written',
  running: 'still running',
  unrecorded:
    'not recorded: killed, the ledger could not be written, or still running on another machine',
}

/** How long the incident took, pauses between its runs included; undefined before the first run. */
function describeDuration({ runs }: IncidentSummary): string | undefined {
  const [first] = runs
  if (first === undefined) return undefined
  const end = Math.max(...runs.map(({ endedAt }) => endedAt))
  const total = formatDuration(end - first.startedAt)
  if (runs.length === 1) return total
  const runningMs = runs.reduce((sum, { startedAt, endedAt }) => sum + endedAt - startedAt, 0)
  return `${total}, of which ${formatDuration(runningMs)} in ${formatCount(runs.length, 'run')}`
}

/**
 * The apps, by name where it is known.
 *
 * @param text makes a part of it safe to show, and may cut it to a length
 */
export function describeApps(
  { apps }: IncidentSummary,
  text: (value: string) => string,
  maxShown = MAX_SHOWN_APPS,
): string {
  const shown = apps
    .slice(0, maxShown)
    .map(({ connected_app_id, name }) =>
      name === undefined ? text(connected_app_id) : `${text(name)} (${text(connected_app_id)})`,
    )
    .join(', ')
  return apps.length > maxShown ? `${shown} and others` : shown
}

const MAX_SHOWN_APPS = 20

/** What the incident is about, by name. */
export function describeFacts(
  summary: IncidentSummary,
  text: (value: string) => string,
): [name: string, value: string][] {
  const { incident, requests, rateLimited, latency } = summary
  return [
    ['Connected App', describeApps(summary, text)],
    ['Project', text(incident.project_id)],
    ['API', text(incident.baseUrl)],
    ['Targets from', text(incident.source)],
    ['Planned', formatTime(incident.createdAt)],
    ['Duration', describeDuration(summary) ?? '–'],
    ['Left out', describeSkipped(summary)],
    ['Requests', formatNumber(requests)],
    ['Rate-limited (429)', formatNumber(rateLimited)],
    ['Latency', `p50 ${formatLatency(latency.p50)}, p95 ${formatLatency(latency.p95)}`],
  ]
}

/** The Members whom the last check found, unless a run has started since. */
export function listConnected({ verified, isOutdated }: IncidentSummary): {
  members: readonly ConnectedMember[]
  omitted: number
} {
  if (verified === undefined || isOutdated) return { members: [], omitted: 0 }
  const { connected: members, counts } = verified
  return { members, omitted: countConnected(counts) - members.length }
}

/** How many targets that were not revoked are not in the list of a report. */
export function countOmitted({ targets, counts, notRevoked }: IncidentSummary): number {
  return targets - counts.revoked - notRevoked.length
}
