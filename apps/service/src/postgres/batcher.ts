import { AsyncLocalStorage } from 'node:async_hooks'
import type { Span } from '@opentelemetry/api'
import { findRecordingSpan, traceBatch } from '../server/tracing.ts'
import type { DatabaseObserver } from './observer.ts'

export interface BatcherOptions<Input> {
  /** What metrics and traces call the batches. */
  name: string
  observer: Pick<DatabaseObserver, 'observeBatch'>
  /** How many calls may be in one batch. */
  maxSize: number
  /** How many batches may run at the same time. */
  maxConcurrency: number
  /** If given, a batch has only calls of one key, and each key has one batch running at a time. */
  keyOf?: (input: Input) => string
}

/**
 * Combines calls that come at the same time, so that they share one round trip to the database and
 * one fsync. A call waits for others only while the maximum number of batches is running.
 *
 * A batch is one statement, so it succeeds as a whole, or fails as a whole and has no effect.
 */
export class Batcher<Input, Output> {
  /** Runs a batch outside of any request, since it doesn't belong to the one that happens to start it. */
  readonly #outside = AsyncLocalStorage.snapshot()
  readonly #run: (inputs: Input[]) => Promise<Output[]>
  readonly #options: BatcherOptions<Input>
  readonly #running = new Set<Batch<Input, Output>>()
  #queue: QueuedCall<Input, Output>[] = []
  #isScheduled = false

  /** @param run returns one output for each input, in the same order */
  constructor(
    run: (inputs: Input[]) => Promise<Output[]>,
    options: Pick<BatcherOptions<Input>, 'name' | 'observer'> & Partial<BatcherOptions<Input>>,
  ) {
    this.#run = run
    this.#options = { maxSize: 64, maxConcurrency: 2, ...options }
  }

  add(input: Input): Promise<Output> {
    return new Promise((resolve, reject) => {
      const key = this.#options.keyOf?.(input)
      const span = findRecordingSpan()
      this.#queue.push({ input, key, span, addedAt: performance.now(), resolve, reject })
      // Not started at once, so that calls from the same turn of the event loop join the batch.
      if (!this.#isScheduled) setImmediate(() => this.#startBatches())
      this.#isScheduled = true
    })
  }

  #startBatches(): void {
    this.#isScheduled = false
    while (this.#running.size < this.#options.maxConcurrency) {
      const batch = this.#takeBatch()
      if (batch.calls.length === 0) return
      this.#running.add(batch)
      void this.#runBatch(batch)
    }
  }

  #takeBatch(): Batch<Input, Output> {
    const { keyOf, maxSize } = this.#options
    if (keyOf === undefined) return { calls: this.#queue.splice(0, maxSize) }
    const busy = new Set(Array.from(this.#running, ({ key }) => key))
    const key = this.#queue.find((call) => !busy.has(call.key))?.key
    const calls = this.#queue.filter((call) => call.key === key).slice(0, maxSize)
    const taken = new Set(calls)
    this.#queue = this.#queue.filter((call) => !taken.has(call))
    return { calls, key }
  }

  async #runBatch(batch: Batch<Input, Output>): Promise<void> {
    await this.#settle(batch)
    this.#running.delete(batch)
    this.#startBatches()
  }

  async #settle({ calls }: Batch<Input, Output>): Promise<void> {
    const { name, observer } = this.#options
    observer.observeBatch(name, calls.length, performance.now() - (calls[0]?.addedAt ?? 0))
    const spans = calls.map(({ span }) => span)
    const run = () => this.#run(calls.map(({ input }) => input))
    try {
      const outputs = await this.#outside(() => traceBatch(name, spans, run))
      if (outputs.length !== calls.length) {
        throw new Error(`a batch of ${calls.length} calls has ${outputs.length} outputs`)
      }
      for (const [index, output] of outputs.entries()) calls[index]?.resolve(output)
    } catch (error) {
      for (const { reject } of calls) reject(error)
    }
  }
}

interface Batch<Input, Output> {
  calls: QueuedCall<Input, Output>[]
  key?: string | undefined
}

interface QueuedCall<Input, Output> {
  input: Input
  key: string | undefined
  /** The span of the request that made the call, if it is recorded. */
  span: Span | undefined
  addedAt: number
  resolve: (output: Output) => void
  reject: (error: unknown) => void
}
