import { formatDuration, formatNumber, formatTime } from '../../format.ts'
import type { Result } from '../../outcome.ts'
import { LiveLine } from '../terminal/live-line.ts'
import type { LiveLineOptions } from '../terminal/live-line.ts'
import { describeFailure, Failing } from '../failing.ts'
import type { Failure } from '../failing.ts'

/** How far a run is. */
export interface ProgressState {
  done: number
  total: number
  /** Targets per second, lately; undefined before the first. */
  rate: number | undefined
  rateLimited: number
  /** How many of those that are done were not revoked. */
  notRevoked: number
  /** How many ended in this run without a conclusive response; they are not done. */
  unknown: number
  /** When a pause ends that the server has requested, in milliseconds since 1970. */
  pausedUntil?: number | undefined
  /** Set while requests fail and none succeeds. */
  failure?: Failure | undefined
}

/** A shorter pause is not worth a word. */
const LONG_PAUSE_MS = 5_000
const BAR_WIDTH = 24
/** The rate is that of so many seconds. */
const WINDOW_SECONDS = 10

/** Shows how far a run is: with a bar on a terminal, in words elsewhere. */
export class Progress {
  readonly #state: ProgressState
  readonly #line: LiveLine
  readonly #recent = new RecentCount()
  readonly #failing = new Failing()

  constructor(
    state: Pick<ProgressState, 'done' | 'total' | 'notRevoked'>,
    options: LiveLineOptions,
  ) {
    this.#state = { ...state, rate: undefined, rateLimited: 0, unknown: 0 }
    this.#line = new LiveLine((isTerminal) => this.#render(isTerminal), options)
  }

  get rateLimited(): number {
    return this.#state.rateLimited
  }

  recordOutcome(result: Result): void {
    if (result === 'unknown') {
      this.#state.unknown += 1
      return
    }
    this.#state.done += 1
    this.#failing.reset()
    if (result !== 'revoked') this.#state.notRevoked += 1
    this.#recent.add(performance.now())
  }

  recordRateLimited(): void {
    this.#state.rateLimited += 1
    this.#failing.reset()
  }

  /** @param status_code undefined if there was no response */
  recordFailure(status_code: number | undefined): void {
    this.#failing.recordFailure(status_code)
  }

  /** @param endsAt in milliseconds since 1970 */
  recordPause(endsAt: number): void {
    if (endsAt - Date.now() >= LONG_PAUSE_MS) this.#state.pausedUntil = endsAt
  }

  print(line: string): void {
    this.#line.print(line)
  }

  stop(): void {
    this.#failing.reset()
    this.#line.stop()
  }

  #render(isTerminal: boolean): string {
    this.#state.rate = this.#recent.perSecond(performance.now())
    if ((this.#state.pausedUntil ?? 0) < Date.now()) this.#state.pausedUntil = undefined
    const words = renderProgress({ ...this.#state, failure: this.#failing.failure })
    return isTerminal ? `${renderBar(this.#state)} ${words}` : words
  }
}

function renderBar({ done, total }: ProgressState): string {
  const filled = total === 0 ? BAR_WIDTH : Math.floor((done / total) * BAR_WIDTH)
  return '█'.repeat(filled) + '░'.repeat(BAR_WIDTH - filled)
}

/** The words of the progress, such as `42%, 4,200 of 10,000, 98 per second, 59 s left`. */
export function renderProgress({
  done,
  total,
  rate,
  rateLimited,
  notRevoked,
  unknown,
  pausedUntil,
  failure,
}: ProgressState): string {
  const percent = total === 0 ? 100 : Math.floor((done / total) * 100)
  const parts = [`${percent}%`, `${formatNumber(done)} of ${formatNumber(total)}`]
  const isPaused = pausedUntil !== undefined
  const isMoving = rate !== undefined && done < total && !isPaused && failure === undefined
  if (isMoving) {
    parts.push(`${formatNumber(rate)} per second`)
  }
  if (rateLimited > 0) parts.push(`${formatNumber(rateLimited)} rate-limited`)
  if (notRevoked > 0) parts.push(`${formatNumber(notRevoked)} not revoked`)
  if (unknown > 0) parts.push(`${formatNumber(unknown)} unknown`)
  if (isPaused) {
    parts.push(`paused until ${formatTime(pausedUntil)}`)
  } else if (failure !== undefined) {
    parts.push(describeFailure(failure))
  } else if (isMoving && rate > 0) {
    parts.push(`${formatDuration(((total - done) / rate) * 1000)} left`)
  }
  return parts.join(', ')
}

/** Counts events of the last seconds, in a counter for each second. */
class RecentCount {
  readonly #counts = new Map<number, number>()
  #startedAt: number | undefined

  add(now: number): void {
    this.#startedAt ??= now
    const second = Math.floor(now / 1000)
    this.#counts.set(second, (this.#counts.get(second) ?? 0) + 1)
  }

  perSecond(now: number): number | undefined {
    if (this.#startedAt === undefined) return undefined
    const oldest = Math.floor(now / 1000) - WINDOW_SECONDS
    for (const second of this.#counts.keys()) if (second < oldest) this.#counts.delete(second)
    const sum = [...this.#counts.values()].reduce((total, count) => total + count, 0)
    const since = Math.max(this.#startedAt, oldest * 1000)
    return sum / Math.max(1, (now - since) / 1000)
  }
}
