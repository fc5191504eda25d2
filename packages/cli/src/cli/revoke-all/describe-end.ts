import { formatCount, formatDuration, formatNumber } from '../../format.ts'
import { reasonOf, STATE_TEXTS } from '../../report/describe.ts'
import { printable } from '../terminal/printable.ts'
import type { Hints } from './hints.ts'
import { isRejected } from './run-ledger.ts'
import type { Listed, RunEnd } from './run-ledger.ts'

/** What a person reads when a run has ended. */
export function describeEnd(end: RunEnd, hints: Hints): string {
  const { targets, pending, rejected, rateLimited, durationMs, notRevoked, reason, problem } = end
  const counts = { ...end.counts, unknown: end.counts.unknown - rejected }
  const others = (['not_found', 'forbidden', 'failed', 'unknown'] as const).filter(
    (result) => counts[result] > 0,
  )
  const total = others.reduce((sum, result) => sum + counts[result], rejected)
  const listed = notRevoked.reduce((sum, { count }) => sum + count, 0)
  const lines = [
    `Revoked ${formatNumber(counts.revoked)} of ${formatCount(targets, 'target')}. This run took ${formatDuration(durationMs)}, with ${formatCount(rateLimited, 'rate-limited response')}.`,
    ...others.map((each) => {
      const { name, meaning } = STATE_TEXTS[each]
      return `  ${name.padEnd(10)} ${formatNumber(counts[each])} (${meaning})`
    }),
    ...(rejected > 0
      ? [
          `  Rejected   ${formatNumber(rejected)} (the API rejected the request, so it is not revoked; a resume sends it again)`,
        ]
      : []),
    ...notRevoked.map((each) => `  ${describeListed(each)}`),
  ]
  if (total > listed) {
    lines.push(`For all ${formatNumber(total)}: ${hints.report}`)
  }
  if (reason === 'interrupted') lines.push('Interrupted.')
  if (problem !== undefined) lines.push(`Stopped: ${problem}`)
  if (pending > 0) {
    lines.push(`${formatCount(pending, 'target')} remaining. Resume with: ${hints.resume}`)
  } else {
    lines.push(`Check who is still connected: ${hints.verify}`)
  }
  return lines.map((line) => `${line}\n`).join('')
}

/** The last line of `--json`. */
export function toJsonSummary(end: RunEnd, ledger: string): object {
  const { counts, targets, pending, reason, rateLimited, durationMs, problem } = end
  return {
    summary: { ledger, reason, problem, targets, pending, ...counts, rateLimited, durationMs },
  }
}

function describeListed({ outcome, count }: Listed): string {
  const { target, result, reason } = outcome
  const name = isRejected(outcome) ? 'rejected' : STATE_TEXTS[result].name.toLowerCase()
  if (count > 1) {
    return `${formatCount(count, 'target')}: ${name}, ${printable(reason ?? STATE_TEXTS[result].meaning)}`
  }
  const { organization_id, member_id, connected_app_id } = target
  const ids = [organization_id, member_id, connected_app_id].map((id) => printable(id)).join(' ')
  return `${ids}: ${name}, ${reasonOf({ state: result, outcome }, (part) => printable(part))}`
}
