import type { ExampleName, Status } from '@connected-apps/contract'
import { matchOperation } from '@connected-apps/contract/operations'
import type { OperationMatch } from '@connected-apps/contract/operations'
import { toJournalEntry } from './journal/journal.ts'
import type { JournalEntry } from './journal/journal.ts'
import type { KeyState } from './state/key-state.ts'
import { planResponse, rejectChoice } from './plan/plan.ts'
import type { Plan } from './plan/plan.ts'
import { maxBodyBytes } from './plan/request-violations.ts'
import type { Target } from './target.ts'

/** A request to a mock before its body has been read. */
export interface RequestHead {
  method: string
  /** As received: path and query, or an absolute URL. */
  url: string
  /** A Fetch `Headers`, or anything with the same `get`. */
  headers: { get(name: string): string | null }
}

/** A request to a mock. */
export interface MockRequest extends RequestHead {
  /** Empty if there is none; `too long` for more than {@link maxBodyBytes}, which need not be kept. */
  body: Uint8Array | 'too long'
}

/**
 * A request in progress: call `plan`, then `delay`, then `finish` or `abort`. The journal has it from the
 * start.
 */
export class Exchange {
  readonly #target: Target
  readonly #head: RequestHead
  readonly #match: OperationMatch | undefined
  readonly #state: KeyState
  readonly #entry: JournalEntry
  readonly #clearings: number
  readonly #startedMs = performance.now()
  #plan: Plan | undefined

  constructor(head: RequestHead, target: Target, state: KeyState) {
    const { method, headers } = head
    this.#target = target
    this.#head = head
    this.#match = matchOperation(method, target.path)
    this.#state = state
    this.#clearings = state.revoked.clearings
    this.#entry = state.journal.add(toJournalEntry(method, target.path, this.#match, headers))
  }

  /** Decides the response. It advances sequences, so it is called once. */
  plan(body: MockRequest['body']): Plan {
    const { query, error } = this.#target
    const { headers } = this.#head
    const isTooLong = body === 'too long' || body.byteLength > maxBodyBytes
    const request = { query, headers, body: isTooLong ? ('too long' as const) : body }
    this.#plan =
      this.#match && error !== undefined
        ? rejectChoice(this.#match.operation, { key: error })
        : planResponse(this.#match, request, this.#state.player)
    if ('scenario' in this.#plan && this.#plan.scenario) {
      this.#entry.scenario = this.#plan.scenario.title
    }
    if ('reason' in this.#plan) this.#entry.reason = this.#plan.reason
    return this.#plan
  }

  /**
   * Waits for the delay of the response.
   *
   * @returns false if the signal aborts first, or has already aborted; that is recorded as by `abort`
   */
  async delay(signal: AbortSignal | undefined): Promise<boolean> {
    const delayMs = this.#plan?.delayMs ?? 0
    if (delayMs === 0 && !signal?.aborted) return true
    try {
      await sleep(delayMs, signal)
      return true
    } catch {
      this.abort() // `sleep` rejects for no other reason than the signal
      return false
    }
  }

  /**
   * Completes the journal entry. A successful revoke removes the app from the Member, unless a list
   * of either has been restored since the request arrived. A successful list operation gets its
   * list, unless the request preferred its response.
   *
   * @param response has an `example` if it is another one than was planned
   * @returns the response to send, whose body has the list
   */
  finish<Sent extends { status: number; body: unknown; example?: ExampleName }>(
    response: Sent,
  ): Sent {
    const plan = this.#plan
    const planned = plan && 'example' in plan ? plan.example : undefined
    const { status, example = planned } = response
    this.#complete({
      status: status as Status, // safe: each response is one that the contract declares
      ...(example !== undefined && { example }),
    })
    const match = this.#match
    if (!match || !plan || plan.kind === 'fixed') return response
    if (status !== match.operation.successStatus) return response
    const { revoked } = this.#state
    revoked.add(match, this.#clearings)
    if (plan.isPreferred) return response
    const body = revoked.writeList(match, plan.scenario, response.body)
    return body === response.body ? response : { ...response, body }
  }

  /** Records that the client disconnected before the response was sent. */
  abort(): void {
    this.#complete({ aborted: true })
  }

  #complete(outcome: Partial<JournalEntry>): void {
    const durationMs = Math.round(performance.now() - this.#startedMs)
    this.#state.journal.complete(this.#entry, { ...outcome, durationMs })
  }
}

/**
 * Resolves after the given time. It leaves neither a timer nor a listener behind.
 *
 * @throws the reason of the signal if it aborts first
 */
function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason)
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop)
      resolve()
    }, ms)
    const stop = () => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', stop)
      reject(signal?.reason)
    }
    signal?.addEventListener('abort', stop)
  })
}
