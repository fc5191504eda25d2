import { formatCount, formatNumber } from '../format.ts'
import type { TargetState } from '../ledger/target-states.ts'
import type { IncidentSummary, NotRevoked, Run } from './summarize-ledger.ts'

/** How a report names what became of a target, and what that means, the good first. */
export const STATE_TEXTS: Readonly<Record<TargetState, { name: string; meaning: string }>> = {
  revoked: { name: 'Revoked', meaning: 'the API confirmed it' },
  not_found: {
    name: 'Not found',
    meaning:
      'the API knows no such Organization, Member or app, so nothing has access by these ids',
  },
  forbidden: { name: 'Forbidden', meaning: 'the credentials or the session may not do this' },
  failed: { name: 'Failed', meaning: 'the API rejected it, or failed at every attempt' },
  unknown: {
    name: 'Unknown',
    meaning: 'no response decided it; a resume sends it again',
  },
  sent: {
    name: 'Interrupted',
    meaning: 'the run was killed before the response; a resume sends it again',
  },
  unsent: { name: 'Not sent', meaning: 'the run ended before its turn; a resume sends it' },
}

export const REPORTED_STATES = Object.keys(STATE_TEXTS) as TargetState[] // the keys of a record of states

/** The first sentence of a report. */
export function headlineOf({ counts, targets, planned }: IncidentSummary): {
  tone: 'success' | 'warning' | 'danger'
  text: string
} {
  if (planned === undefined) {
    return { tone: 'danger', text: 'The plan is incomplete: nothing was sent. Plan again.' }
  }
  if (targets === 0) return { tone: 'warning', text: 'The plan has no target.' }
  const all = formatCount(targets, 'target')
  if (counts.revoked === targets) return { tone: 'success', text: `All ${all} are revoked.` }
  const unfinished = counts.unsent + counts.sent + counts.unknown
  if (unfinished > 0) {
    const text = `${formatNumber(unfinished)} of ${all} are not done: resume the run.`
    return { tone: 'danger', text }
  }
  if (counts.revoked + counts.not_found === targets) {
    const missing = formatNumber(counts.not_found)
    return {
      tone: 'warning',
      text: `All ${all} are revoked, except ${missing} that the API does not know.`,
    }
  }
  const missing = formatNumber(targets - counts.revoked)
  return { tone: 'danger', text: `${missing} of ${all} were not revoked.` }
}

/** Why a target was not revoked, with the id of the request. */
export function reasonOf({ state, outcome }: NotRevoked): string {
  if (outcome === undefined) return STATE_TEXTS[state].meaning
  const { status_code, error_type, reason, request_id } = outcome
  const parts = reason === undefined ? [status_code, error_type] : [reason]
  if (request_id !== undefined && !reason?.includes(request_id)) parts.push(request_id)
  return parts.filter((part) => part !== undefined).join(' ')
}

const RUN_ENDS: Readonly<Record<NonNullable<Run['reason']>, string>> = {
  finished: 'finished',
  interrupted: 'interrupted by a person or a signal',
  unavailable: 'stopped by itself: the server was down, or rejected the credentials',
}

export function describeRunEnd({ reason }: Run): string {
  return reason === undefined ? 'killed, or still running' : RUN_ENDS[reason]
}

/** How many targets that were not revoked are not in the list of a report. */
export function countOmitted({ targets, counts, notRevoked }: IncidentSummary): number {
  return targets - counts.revoked - notRevoked.length
}
