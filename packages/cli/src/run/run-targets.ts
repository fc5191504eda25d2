import type { Details, Verdict } from './attempt.ts'
import { attempt } from './attempt.ts'
import { Availability } from './availability.ts'
import type { Outcome, Result } from '../outcome.ts'
import type { RevokeAllOptions } from '../revoke-all.ts'
import { Pace } from '../pace/pace.ts'
import type { OrdinalTarget, Target } from '../target.ts'
import { UnavailableError } from './unavailable-error.ts'
import type { UnavailableReason } from './unavailable-error.ts'
import { formatTime } from '../format.ts'
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
/** A server that asks for a longer pause stops the run. */
const MAX_PAUSE_MS = 3_600_000
/** So many targets that the API forbids, before it decides any otherwise, are not due to the targets. */
const MAX_FORBIDDEN = 10

/** A target that is in flight, or that is to be sent again. */
interface Job {
  readonly ordinal: number
  readonly target: Target
  attempts: number
  failures: number
  /** When it may be sent again. */
  dueAt: number
  durationMs: number
  endedAt: number
  last: Details
}

/**
 * Revokes targets that have ordinals, with the promises of `revokeAll`. Nothing happens until the
 * first outcome is asked for.
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
    yield* run.outcomes()
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
  /** In the order in which they failed. */
  readonly #again: Job[] = []
  /**
   * Those that were forbidden or failed at every attempt, until the API has decided another one: it
   * may be the credentials or the server that are wrong.
   */
  #undecided: { readonly job: Job; readonly result: Result }[] = []
  #hasDecided = false
  #inFlight = 0
  #finished: Outcome[] = []
  /** How many outcomes are being handed to the consumer. */
  #taken = 0
  #lastPassedAt = performance.now()
  #isStopping = false
  #hasEnded = false
  #failure: { readonly error: unknown } | undefined
  /** For the dispatcher: something has changed. */
  readonly #changed = new Wakeup()
  /** For the consumer: there are outcomes, or the run has ended. */
  readonly #ready = new Wakeup()

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

  async *outcomes(): AsyncGenerator<Outcome, void, void> {
    for (;;) {
      const finished = this.#finished
      this.#finished = []
      for (const [index, outcome] of finished.entries()) {
        // Those that are still to be taken keep their places.
        this.#taken = finished.length - index
        yield outcome
      }
      this.#taken = 0
      this.#changed.notify()
      if (this.#finished.length > 0) continue
      if (this.#hasEnded) break
      await this.#ready.wait()
    }
    if (this.#failure) throw this.#failure.error
  }

  /** Sends until everything is done, or until it is stopped. Never rejects. */
  async dispatch(): Promise<void> {
    while (!this.#isStopping && !this.#isDone()) {
      this.#read()
      const delayMs = this.#delayMs()
      const job = delayMs === 0 ? this.#takeJob() : undefined
      if (job) this.#send(job)
      else await this.#changed.wait(delayMs === 0 ? this.#dueMs() : delayMs)
    }
    while (this.#inFlight > 0) await this.#changed.wait()
    this.#finishUndecided()
    for (const job of this.#again) this.#finish(job, 'unknown')
    await this.#close()
    this.#hasEnded = true
    this.#ready.notify()
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
      this.#isRead && this.#fresh === undefined && this.#inFlight === 0 && this.#again.length === 0
    )
  }

  get #held(): number {
    const outcomes = this.#undecided.length + this.#finished.length + this.#taken
    return this.#inFlight + this.#again.length + outcomes
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

  /** How long until a target is to be sent again; undefined if there is none. */
  #dueMs(): number | undefined {
    if (this.#again.length === 0) return undefined
    const dueAt = this.#again.reduce((least, job) => Math.min(least, job.dueAt), Infinity)
    return Math.max(0, dueAt - performance.now())
  }

  #takeJob(): Job | undefined {
    const now = performance.now()
    const due = this.#again.findIndex(({ dueAt }) => dueAt <= now)
    if (due !== -1) return this.#again.splice(due, 1)[0]
    if (!this.#fresh) return undefined
    const { ordinal, target } = this.#fresh
    this.#fresh = undefined
    return {
      ordinal,
      target,
      attempts: 0,
      failures: 0,
      dueAt: 0,
      durationMs: 0,
      endedAt: 0,
      last: {},
    }
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
        this.#hasDecided = true
        for (const each of this.#undecided.splice(0)) this.#finish(each.job, each.result)
        return this.#finish(job, verdict.result)
      case 'limited':
        this.#pace.recordLimited(now, sentAt, verdict.retryAfterMs, Math.random())
        this.#again.push(job)
        onRateLimited?.(job.ordinal)
        this.#reportPause('rate_limit', verdict, now)
        if (this.#isStarved(now)) {
          this.#fail(new UnavailableError('rate_limit', 'the API lets no request through (429)'))
        }
        return undefined
      case 'transient':
        if (verdict.retryAfterMs !== undefined) {
          this.#pace.recordUnavailable(now, verdict.retryAfterMs, Math.random())
          this.#reportPause('down', verdict, now)
        }
        return this.#retry(job, verdict.result, now)
      case 'credentials':
        this.#again.push(job)
        return this.#fail(
          new UnavailableError(
            'credentials',
            `the API rejects the credentials: ${verdict.reason ?? ''}`,
          ),
        )
    }
  }

  #recordPassed(now: number, durationMs: number): void {
    this.#lastPassedAt = now
    this.#pace.recordPassed(now, durationMs)
    this.#availability.recordResponse()
  }

  /** Says until when nothing is sent, or stops the run if that is too long. */
  #reportPause(why: UnavailableReason, { reason }: Details, now: number): void {
    const pauseMs = this.#pace.pauseMs(now)
    const endsAt = Date.now() + pauseMs
    if (pauseMs <= MAX_PAUSE_MS + 1_000) return this.#options.onPause?.(endsAt)
    const text = `the API asks for a pause until ${formatTime(endsAt)}: ${reason ?? ''}`
    this.#fail(new UnavailableError(why, text))
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
    this.#again.push(job)
    if (this.#availability.isDown(now)) {
      return this.#fail(new UnavailableError('down', describeDown(job)))
    }
    this.#options.onRetry?.(job.last.status_code)
  }

  /** Finishes a target with a result that is its own only if the API has decided others. */
  #doubt(job: Job, result: Result): void {
    if (this.#hasDecided) return this.#finish(job, result)
    this.#undecided.push({ job, result })
    const forbidden = this.#undecided.filter((each) => each.result === 'forbidden')
    if (forbidden.length < MAX_FORBIDDEN) return
    this.#fail(
      new UnavailableError(
        'credentials',
        `the API forbids every target, so the credentials or the session may not revoke: ${job.last.reason ?? ''}`,
      ),
    )
  }

  /** At the end of a run in which the API has decided no target. */
  #finishUndecided(): void {
    const undecided = this.#undecided.splice(0)
    const last = undecided.at(-1)
    if (last === undefined) return
    // A few that are forbidden are all that there is.
    const isUp = !this.#isStopping && undecided.some(({ result }) => result === 'forbidden')
    if (!isUp && !this.#isStopping) {
      this.#fail(new UnavailableError('down', describeDown(last.job)))
    }
    for (const { job, result } of undecided) this.#finish(job, isUp ? result : 'unknown')
  }

  #finish(job: Job, result: Result): void {
    const { ordinal, target, attempts, durationMs, endedAt, last } = job
    this.#finished.push({ ordinal, target, result, ...last, endedAt, durationMs, attempts })
    this.#ready.notify()
  }

  #fail(error: unknown): void {
    this.#failure ??= { error }
    this.stop()
  }
}

function describeDown({ last }: Job): string {
  return `the API is down: ${last.reason ?? ''}`
}

function detailsOf({ status_code, request_id, error_type, reason }: Verdict): Details {
  return { status_code, request_id, error_type, reason }
}
