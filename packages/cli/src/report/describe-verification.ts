import { COMMAND } from '../command.ts'
import { formatCount, formatNumber, formatTime } from '../format.ts'
import type { VerifiedRecord } from '../ledger/records.ts'
import type { IncidentSummary } from './summarize-ledger.ts'

/** What the advice on a result of `verify` depends on. */
export interface VerificationContext {
  /** As it is typed in a command. */
  readonly ledger: string
  /** How many targets a resume would send. */
  readonly pending: number
  readonly isRunning: boolean
  /** What to do about lists that could not be read. */
  readonly advice?: string | undefined
}

/** What `verify` found, in lines: first what it could not find out. */
export function describeVerification(
  { counts, stopped }: VerifiedRecord,
  context: VerificationContext,
): string[] {
  const { lists, again, still, unlisted, unknown, unread, notRequested } = counts
  const lines: string[] = []
  if (lists === 0) lines.push('No list was read, so this does not say who is connected.')
  if (unread + notRequested > 0) {
    const parts = [
      ...(unread > 0 ? [`${formatCount(unread, 'list')} could not be read`] : []),
      ...(notRequested > 0 ? [`${formatCount(notRequested, 'list')} not requested`] : []),
    ]
    lines.push(`${parts.join(', ')}: somebody there may be connected.`)
  }
  const why = [stopped, context.advice].filter((part) => part !== undefined).join('; ')
  if (why !== '') lines.push(`${stopped === undefined ? 'To read them' : 'Stopped'}: ${why}.`)
  const connected = countConnected(counts)
  if (lists > 0) {
    const found =
      connected === 0
        ? isComplete(counts)
          ? 'nobody is connected'
          : '0 connected'
        : `${formatNumber(connected)} connected (${formatNumber(again)} again, ${formatNumber(still)} still, ${formatNumber(unlisted)} unlisted)`
    lines.push(`Read ${formatCount(lists, 'list')}, one for each Organization and app: ${found}.`)
  }
  if (again > 0) {
    lines.push(
      'Those connected again need a new revoke-all with a new ledger; --resume sends nothing that was revoked.',
    )
  }
  if (still > 0) lines.push(adviseOnStill(context))
  if (unknown > 0) {
    lines.push(
      `${formatNumber(unknown)} unknown to the API: no such Organization or app, so check that the ids are right.`,
    )
  }
  return lines
}

function adviseOnStill({ ledger, pending, isRunning }: VerificationContext): string {
  if (isRunning) return 'A run is in progress, and may yet revoke those still connected.'
  return pending > 0
    ? `Those still connected were not revoked. Resume with: ${COMMAND} revoke-all --resume ${ledger}`
    : `Those still connected could not be revoked, and --resume does not send them again. For the reasons: ${COMMAND} report ${ledger}`
}

/** When `verify` has found what, or that it was not run, and whether a later check failed. */
export function describeChecks(summary: IncidentSummary): string[] {
  const { failedCheck, verified, isOutdated } = summary
  const found =
    verified === undefined || isOutdated
      ? []
      : describeVerification(verified, { ...summary, ledger: 'LEDGER' })
  const lines = [describeCheckedAt(summary), ...found]
  if (failedCheck === undefined) return lines
  const { counts, stopped } = failedCheck
  const missing = counts.unread + counts.notRequested + counts.unknown
  const why = stopped ?? `${formatCount(missing, 'list')} could not be read`
  const check = verified === undefined ? 'The check' : 'A later check'
  return [
    ...lines,
    `${check} at ${formatTime(failedCheck.at)} failed: ${why}; it read ${formatCount(counts.lists, 'list')}.`,
  ]
}

function describeCheckedAt({ verified, isOutdated, isRunning, runs }: IncidentSummary): string {
  if (verified === undefined) {
    return `Not verified yet: run ${COMMAND} verify to list who is connected.`
  }
  const at = formatTime(verified.at)
  if (runs.length === 0) return `Checked at ${at}, before any run.`
  if (!isOutdated) return `Checked at ${at}, after the last run.`
  return isRunning
    ? `Checked at ${at}, before the run in progress.`
    : `Checked at ${at}, before the last run: verify again.`
}

/** The same in a sentence, for the headline of a report. */
export function summarizeVerification({
  verified,
  isOutdated,
}: Pick<IncidentSummary, 'verified' | 'isOutdated'>): {
  tone: 'success' | 'warning' | 'danger'
  text: string
} {
  if (verified === undefined || isOutdated) {
    const since = isOutdated ? ' since the last run' : ' yet'
    return {
      tone: 'success',
      text: `Not verified${since}: run ${COMMAND} verify to list who is connected.`,
    }
  }
  const at = formatTime(verified.at)
  const connected = countConnected(verified.counts)
  if (connected > 0) {
    const verb = connected === 1 ? 'was' : 'were'
    return {
      tone: 'danger',
      text: `${formatCount(connected, 'Member')} ${verb} connected at ${at}.`,
    }
  }
  if (isComplete(verified.counts)) {
    return { tone: 'success', text: `Nobody was connected at ${at}.` }
  }
  return { tone: 'warning', text: `Verified at ${at}, but not every list could be read.` }
}

/**
 * Whether a check replaces the one before it in a report. One that could not read every list takes
 * the place of a complete one only with people who are connected, whom nothing may hide.
 *
 * @param previous undefined if there is none since the last run
 */
export function supersedes(
  { counts }: VerifiedRecord,
  previous: VerifiedRecord | undefined,
): boolean {
  if (counts.lists === 0) return false
  if (previous === undefined || countConnected(counts) > 0) return true
  if (counts.unread + counts.notRequested === 0) return true
  const { unread, notRequested } = previous.counts
  return unread + notRequested > 0 && countConnected(previous.counts) === 0
}

/** How many Members are connected. */
export function countConnected({ again, still, unlisted }: VerifiedRecord['counts']): number {
  return again + still + unlisted
}

/** Whether every list was read. */
function isComplete({ unknown, unread, notRequested }: VerifiedRecord['counts']): boolean {
  return unknown + unread + notRequested === 0
}
