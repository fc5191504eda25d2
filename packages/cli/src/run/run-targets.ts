import type { Details, Verdict } from './attempt.ts'
import { attempt } from './attempt.ts'
import { Availability } from './availability.ts'
import { isOtherServer } from './describe-error.ts'
import { createJob, RetryQueue, toOutcome } from './job.ts'
import type { Job } from './job.ts'
import type { Outcome, Result } from '../outcome.ts'
import { OutcomeQueue } from './outcome-queue.ts'
import type { RevokeAllOptions } from '../revoke-all.ts'
import { Pace } from '../pace/pace.ts'
import type { OrdinalTarget } from '../target.ts'
import { UnavailableError } from './unavailable-error.ts'
import type { UnavailableReason } from './unavailable-error.ts'
import { formatTime } from '../format.ts'
import { Undecided } from './undecided.ts'
import { Wakeup } from './wakeup.ts'

/** The options of a run, with defaults applied. */
export type RunOptions = RevokeAllOptions & Readonly<Record<'share' | 'maxDownMs', number>>

/** Targets that are in flight, are to be sent again, or have outcomes that nobody has taken yet. */
const MAX_HELD = 512
/** Requests for one target that fail while the server is up. */
const MAX_FAILURES = 4
const BACKOFF_MS = 250
/** So many pauses without a request let through mean that there is nothing left of the limit. */
const MAX_PAUSES_IN_A_ROW = 10
/** A server that requests a longer pause stops the run. */
const MAX_PAUSE_MS = 3_600_000

/**
 * Revokes targets that have ordinals, with the promises of `revokeAll`. Nothing happens until the
 * first outcome is requested.
 */
export async function* runTargets(
  targets: AsyncIterable<OrdinalTarget>,
  options: RunOptions,
): AsyncGenerator<Outcome, void, void> {
  const run = new Run(targets, options)
  const stop = () => run.stop()
  options.signal?.addEventListener('abort', stop)
  if (options.signal?.aborted) stop()
  const dispatched = run.dispatch()
  try {
    yield* run.outcomes.take(() => run.wake())
  } finally {
    run.stop()
    await dispatched
    options.signal?.removeEventListener('abort', stop)
  }
}

class Run {
  readonly #options: RunOptions
  readonly #pace: Pace
  readonly #availability: Availability
  readonly #targets: AsyncIterator<OrdinalTarget>
  /** The next target, if it has been read but not sent. */
  #fresh: OrdinalTarget | undefined
  #isReading = false
  #isRead = false
  readonly #again = new RetryQueue()
  readonly #undecided = new Undecided()
  #inFlight = 0
  #lastPassedAt = performance.now()
  #isStopping = false
  #failure: { readonly error: unknown } | undefined
  readonly #changed = new Wakeup()
  readonly outcomes = new OutcomeQueue()

  constructor(targets: AsyncIterable<OrdinalTarget>, options: RunOptions) {
    this.#options = options
    this.#pace = new Pace({ share: options.share, maxRate: options.rate })
    this.#availability = new Availability(options.maxDownMs)
    this.#targets = targets[Symbol.asyncIterator]()
  }

  /** Sends nothing more. What is in flight finishes. */
  stop(): void {
    this.#isStopping = true
    this.#changed.notify()
  }

  /** Lets the run see that outcomes were taken. */
  wake(): void {
    this.#changed.notify()
  }

  /** Sends until everything is done, or until it is stopped. Never rejects. */
  async dispatch(): Promise<void> {
    while (!this.#isStopping && !this.#isDone()) {
      this.#read()
      const delayMs = this.#delayMs()
      const job = delayMs === 0 ? this.#takeJob() : undefined
      if (job) this.#send(job)
      else
        await this.#changed.wait(delayMs === 0 ? this.#again.delayMs(performance.now()) : delayMs)
    }
    while (this.#inFlight > 0) await this.#changed.wait()
    this.#finishUndecided()
    for (const job of this.#again.takeAll()) this.#finish(job, 'unknown')
    await this.#close()
    this.outcomes.end(this.#failure)
  }

  /** Lets the source of the targets close what it has opened. */
  async #close(): Promise<void> {
    if (this.#isRead) return
    try {
      const returned = this.#targets.return?.()
      // A generator that waits for its own source, as for a terminal, does not return before that.
      if (this.#isReading) returned?.catch((error: unknown) => this.#fail(error))
      else await returned
    } catch (error) {
      this.#fail(error)
    }
  }

  #isDone(): boolean {
    return (
      this.#isRead && this.#fresh === undefined && this.#inFlight === 0 && this.#again.size === 0
    )
  }

  get #held(): number {
    return this.#inFlight + this.#again.size + this.#undecided.size + this.outcomes.size
  }

  /** Reads the next target, unless there is one, or more than enough is held. */
  #read(): void {
    if (this.#isRead || this.#isReading || this.#fresh || this.#held >= MAX_HELD) return
    this.#isReading = true
    this.#targets
      .next()
      .then(({ done, value }) => {
        this.#isRead = done === true
        this.#fresh = value ?? undefined
        return undefined
      })
      .catch((error: unknown) => {
        this.#isRead = true
        this.#fail(error)
      })
      .finally(() => {
        this.#isReading = false
        this.#changed.notify()
      })
  }

  /** How long nothing may be sent; undefined until something changes. */
  #delayMs(): number | undefined {
    const now = performance.now()
    const maxInFlight = this.#availability.isDoubted ? 1 : this.#pace.maxInFlight
    if (this.#inFlight >= maxInFlight) return undefined
    return Math.max(this.#pace.delayMs(now), this.#availability.delayMs(now))
  }

  #takeJob(): Job | undefined {
    const due = this.#again.takeDue(performance.now())
    if (due || !this.#fresh) return due
    const job = createJob(this.#fresh)
    this.#fresh = undefined
    return job
  }

  #send(job: Job): void {
    this.#inFlight++
    this.#pace.recordSent(performance.now())
    this.#attempt(job)
      .catch((error: unknown) => this.#fail(error)) // of the caller's functions
      .finally(() => {
        this.#inFlight--
        this.#changed.notify()
      })
  }

  async #attempt(job: Job): Promise<void> {
    const { client, authorization, beforeSend, onRateLimited } = this.#options
    if (job.attempts === 0) await beforeSend?.(job.ordinal, job.target)
    job.attempts++
    const sentAt = performance.now()
    const verdict = await attempt(client, job.target, authorization)
    const now = performance.now()
    job.durationMs = now - sentAt
    job.endedAt = Date.now()
    job.last = detailsOf(verdict)
    switch (verdict.kind) {
      case 'final':
        this.#recordPassed(now, job.durationMs)
        if (verdict.result === 'forbidden') return this.#doubt(job, verdict.result)
        for (const each of this.#undecided.release()) this.#finish(each.job, each.result)
        return this.#finish(job, verdict.result)
      case 'limited':
        this.#pace.recordLimited(now, sentAt, verdict.retryAfterMs, Math.random())
        this.#again.add(job)
        onRateLimited?.(job.ordinal)
        this.#reportPause('rate_limit', verdict, now)
        if (this.#isStarved(now)) {
          this.#fail(
            new UnavailableError(
              'rate_limit',
              'the API lets no request through (429)',
              verdict.status_code,
            ),
          )
        }
        return undefined
      case 'transient':
        if (verdict.retryAfterMs !== undefined) {
          this.#pace.recordUnavailable(now, verdict.retryAfterMs, Math.random())
          this.#reportPause('down', verdict, now)
        }
        return this.#retry(job, verdict.result, now)
      case 'credentials':
        this.#again.add(job)
        return this.#fail(
          new UnavailableError(
            'credentials',
            `the API rejects the credentials: ${verdict.reason ?? ''}`,
            verdict.status_code,
          ),
        )
    }
  }

  #recordPassed(now: number, durationMs: number): void {
    this.#lastPassedAt = now
    this.#pace.recordPassed(now, durationMs)
    this.#availability.recordResponse()
  }

  /** Reports until when nothing is sent, or stops the run if that is too long. */
  #reportPause(why: UnavailableReason, { reason, status_code }: Details, now: number): void {
    const pauseMs = this.#pace.pauseMs(now)
    const endsAt = Date.now() + pauseMs
    if (pauseMs <= MAX_PAUSE_MS + 1_000) return this.#options.onPause?.(endsAt)
    const text = `the API requests a pause until ${formatTime(endsAt)}: ${reason ?? ''}`
    this.#fail(new UnavailableError(why, text, status_code))
  }

  #isStarved(now: number): boolean {
    return (
      this.#pace.pausesInARow >= MAX_PAUSES_IN_A_ROW &&
      now - this.#lastPassedAt >= this.#options.maxDownMs
    )
  }

  #retry(job: Job, result: Result, now: number): void {
    this.#availability.recordFailure(now, job.ordinal, Math.random())
    // Failures while the server is down are not the target's.
    if (!this.#availability.isDoubted && ++job.failures >= MAX_FAILURES) {
      return this.#doubt(job, result)
    }
    const backoffMs = BACKOFF_MS * 2 ** job.failures
    job.dueAt = now + backoffMs * (0.5 + Math.random() / 2)
    this.#again.add(job)
    if (this.#availability.isDown(now)) {
      return this.#fail(downError(job))
    }
    this.#options.onRetry?.(job.last.status_code)
  }

  /** Finishes a target with a result that is its own only if the API has decided others. */
  #doubt(job: Job, result: Result): void {
    if (!this.#undecided.hold(job, result)) return this.#finish(job, result)
    if (!this.#undecided.isForbidden) return
    this.#fail(
      new UnavailableError(
        'credentials',
        `the API forbids every target, so the credentials or the session may not revoke: ${job.last.reason ?? ''}`,
        job.last.status_code,
      ),
    )
  }

  /** At the end of a run in which the API has decided no target. */
  #finishUndecided(): void {
    const undecided = this.#undecided.takeAll()
    const last = undecided.at(-1)
    if (last === undefined) return
    // A few that are forbidden are all that there is.
    const isUp = !this.#isStopping && undecided.some(({ result }) => result === 'forbidden')
    if (!isUp && !this.#isStopping) {
      this.#fail(downError(last.job))
    }
    for (const { job, result } of undecided) this.#finish(job, isUp ? result : 'unknown')
  }

  #finish(job: Job, result: Result): void {
    this.outcomes.add(toOutcome(job, result))
  }

  #fail(error: unknown): void {
    this.#failure ??= { error }
    this.stop()
  }
}

function downError({ last: { status_code, reason = '' } }: Job): UnavailableError {
  const isOther = status_code !== undefined && isOtherServer(status_code)
  return new UnavailableError('down', isOther ? reason : `the API is down: ${reason}`, status_code)
}

function detailsOf({ status_code, request_id, error_type, reason }: Verdict): Details {
  return { status_code, request_id, error_type, reason }
}
