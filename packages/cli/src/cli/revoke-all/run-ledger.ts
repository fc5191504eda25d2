import type { Ledger } from '../../ledger/open-ledger.ts'
import { LedgerError } from '../../ledger/ledger-error.ts'
import type { StoppedRecord } from '../../ledger/records.ts'
import type { Outcome, Result } from '../../outcome.ts'
import { revokeOrdinals } from '../../revoke-all.ts'
import { isOtherServer } from '../../run/describe-error.ts'
import { UnavailableError } from '../../run/unavailable-error.ts'
import type { Connection } from '../connect.ts'
import { adviseOnFailure } from '../explain-error.ts'
import { onInterrupt } from '../terminal/interrupt.ts'
import { write } from '../terminal/output.ts'
import { jsonLine, printable } from '../terminal/printable.ts'
import type { Hints } from './hints.ts'
import { Progress } from './progress.ts'

export interface RunLedgerOptions {
  connection: Connection
  rate?: number | undefined
  share?: number | undefined
  json: boolean
  quiet: boolean
  hints: Hints
}

/** How a run ended. */
export interface RunEnd {
  readonly reason: StoppedRecord['reason'] | 'ledger'
  /** Why it stopped by itself. */
  readonly problem: string | undefined
  /** Of the whole ledger. */
  readonly counts: Readonly<Record<Result, number>>
  readonly targets: number
  /** How many have no final outcome. */
  readonly pending: number
  /** How many of those that are unknown are not revoked for sure, since the API rejected the request. */
  readonly rejected: number
  /** The first that were not revoked in this run; of those that are unknown, one for each reason. */
  readonly notRevoked: readonly Listed[]
  readonly rateLimited: number
  readonly durationMs: number
}

/** An outcome, and how many there are like it. */
export interface Listed {
  readonly outcome: Outcome
  count: number
}

/** How many targets that were not revoked the summary lists. */
const MAX_LISTED = 20

/** Revokes what is left of a ledger, records it there, shows the progress, and closes the ledger. */
export async function runLedger(ledger: Ledger, options: RunLedgerOptions): Promise<RunEnd> {
  const { connection, rate, share, json, quiet, hints } = options
  const { targets, results, pending: pendingBefore } = ledger.counts
  const doneBefore = targets - pendingBefore
  // A target that is unknown is sent again.
  const counts = { ...results, unknown: 0 }
  if (pendingBefore > 0) await ledger.start()
  const notRevoked = new NotRevoked()
  let rejected = 0
  const progress = new Progress(
    { done: doneBefore, total: targets, notRevoked: doneBefore - counts.revoked },
    // On a terminal, the lines of JSON are progress enough.
    { isQuiet: quiet || (json && process.stdout.isTTY) },
  )
  const controller = new AbortController()
  let failure: unknown
  const fail = (error: unknown): void => {
    failure ??= error
    controller.abort()
  }
  const stopListening = onInterrupt(() => {
    progress.print(
      `Interrupted: finishing what is in flight. Press Ctrl-C again to stop at once.\nResume with: ${hints.resume}`,
    )
    controller.abort()
  })
  const startedAt = performance.now()
  const record = async (outcome: Outcome): Promise<void> => {
    await ledger.recordOutcome(outcome)
    counts[outcome.result] += 1
    progress.recordOutcome(outcome.result)
    if (outcome.result !== 'revoked') notRevoked.add(outcome)
    if (isRejected(outcome)) rejected += 1
    if (json) write(jsonLine(toJson(outcome)))
  }

  // Many outcomes share one write to the disk, so that the loop does not wait for each.
  const recording = new Set<Promise<void>>()
  try {
    for await (const outcome of revokeOrdinals(ledger.pendingTargets(), {
      client: connection.client,
      ...connection.callOptions,
      rate,
      share,
      signal: controller.signal,
      beforeSend: (ordinal) => ledger.recordSent(ordinal),
      onRateLimited: (ordinal) => {
        progress.recordRateLimited()
        ledger.recordRateLimited(ordinal)
      },
      onPause: (endsAt) => progress.recordPause(endsAt),
      onRetry: (status_code) => progress.recordFailure(status_code),
    })) {
      const each = record(outcome)
        .catch(fail)
        .finally(() => recording.delete(each))
      recording.add(each)
    }
  } catch (error) {
    fail(error)
  }
  await Promise.all(recording)
  const pending =
    targets - Object.values(counts).reduce((sum, count) => sum + count, -counts.unknown)
  const reason = reasonOf(failure, pending > 0 && controller.signal.aborted)
  try {
    await ledger.close(reason === 'ledger' ? 'unavailable' : reason)
  } catch (error) {
    fail(error)
  }
  stopListening()
  progress.stop()
  return {
    reason: reasonOf(failure, pending > 0 && controller.signal.aborted),
    problem: failure === undefined ? undefined : describeProblem(failure as Error, connection), // one of the two of reasonOf
    rejected,
    counts,
    targets,
    pending,
    notRevoked: notRevoked.listed,
    rateLimited: progress.rateLimited,
    durationMs: performance.now() - startedAt,
  }
}

/** Lists outcomes for the summary. A server that is down gives many targets the same reason. */
class NotRevoked {
  readonly listed: Listed[] = []
  readonly #unknown = new Map<string, Listed>()

  add(outcome: Outcome): void {
    const reason = outcome.reason?.replace(/; request_id \S+$/, '') ?? ''
    const same = outcome.result === 'unknown' ? this.#unknown.get(reason) : undefined
    if (same) {
      same.count += 1
    } else if (this.listed.length < MAX_LISTED) {
      const added = { outcome, count: 1 }
      this.listed.push(added)
      if (outcome.result === 'unknown') this.#unknown.set(reason, added)
    }
  }
}

/** Whether the API rejected the request, as with wrong credentials, so that it is to be sent again. */
export function isRejected({ result, status_code, error_type }: Outcome): boolean {
  if (result !== 'unknown' || status_code === undefined || error_type === undefined) return false
  return isOtherServer(status_code)
}

/** @throws what is neither due to the server nor to the ledger's file */
function reasonOf(failure: unknown, isInterrupted: boolean): RunEnd['reason'] {
  if (failure instanceof LedgerError) return 'ledger'
  if (failure instanceof UnavailableError) return 'unavailable'
  if (failure !== undefined) throw failure
  return isInterrupted ? 'interrupted' : 'finished'
}

function describeProblem(failure: Error, { baseUrl }: Connection): string {
  const message = printable(failure.message, 600)
  if (!(failure instanceof UnavailableError)) return message
  const advice = adviseOnFailure(failure.reason, failure.status_code, baseUrl)
  return advice === undefined ? message : `${message}; ${advice}`
}

function toJson({ target, ...outcome }: Outcome): object {
  return { ...target, ...outcome }
}
