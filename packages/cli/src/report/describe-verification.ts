import { COMMAND } from '../command.ts'
import { formatCount, formatNumber, formatTime } from '../format.ts'
import type { VerifiedRecord } from '../ledger/records.ts'
import type { IncidentSummary } from './summarize-ledger.ts'

/** What `verify` found, in lines. */
export function describeVerification({ counts, stopped }: VerifiedRecord): string[] {
  const { lists, again, still, unlisted, unknown, unread, notRequested } = counts
  const connected = countConnected(counts)
  const found =
    connected === 0
      ? isComplete(counts)
        ? 'nobody is connected'
        : '0 connected'
      : `${formatNumber(connected)} connected (${formatNumber(again)} again, ${formatNumber(still)} still, ${formatNumber(unlisted)} unlisted)`
  const lines = [`Read ${formatCount(lists, 'list')}, one for each Organization and app: ${found}.`]
  if (again > 0) {
    lines.push(
      'Those connected again need a new revoke-all with a new ledger; --resume sends nothing that was revoked.',
    )
  }
  if (unknown > 0) {
    lines.push(
      `${formatNumber(unknown)} unknown to the API: no such Organization or app, so check that the ids are right.`,
    )
  }
  if (unread > 0) {
    lines.push(`${formatNumber(unread)} could not be read, so somebody there may be connected.`)
  }
  if (stopped !== undefined) lines.push(`Stopped: ${stopped}.`)
  if (notRequested > 0) lines.push(`${formatNumber(notRequested)} not requested.`)
  return lines
}

/** When `verify` has found what it found, or that it was not run. */
export function describeVerifiedAt({ verified, isOutdated, runs }: IncidentSummary): string {
  if (verified === undefined) {
    return `Not verified yet: run ${COMMAND} verify to list who is connected.`
  }
  const at = formatTime(verified.at)
  if (runs.length === 0) return `At ${at}, before any run.`
  return isOutdated
    ? `At ${at}, before the last run: verify again.`
    : `At ${at}, after the last run.`
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

/** How many Members are connected. */
export function countConnected({ again, still, unlisted }: VerifiedRecord['counts']): number {
  return again + still + unlisted
}

/** Whether every list was read. */
function isComplete({ unknown, unread, notRequested }: VerifiedRecord['counts']): boolean {
  return unknown + unread + notRequested === 0
}
