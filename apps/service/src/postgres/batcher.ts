export interface BatchOptions<Input> {
  /** How many calls may go together. */
  maximumSize: number
  /** How many batches may be under way at once. */
  concurrent: number
  /** If given, only calls of one key go together, and of each key one batch at a time. */
  keyOf?: (input: Input) => string
}

/**
 * Lets calls that come at the same time share one trip to the database, and one wait for its disk.
 * A call never waits to be joined by others: it does so only while enough batches are under way.
 *
 * A batch is one statement, so it succeeds or fails as a whole, with no effect.
 */
export class Batcher<Input, Output> {
  readonly #run: (inputs: Input[]) => Promise<Output[]>
  readonly #options: BatchOptions<Input>
  readonly #underWay = new Set<Batch<Input, Output>>()
  #waiting: Waiting<Input, Output>[] = []
  #isStarting = false

  /** @param run answers each input at the same place */
  constructor(
    run: (inputs: Input[]) => Promise<Output[]>,
    options: Partial<BatchOptions<Input>> = {},
  ) {
    this.#run = run
    this.#options = { maximumSize: 64, concurrent: 2, ...options }
  }

  add(input: Input): Promise<Output> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ input, key: this.#options.keyOf?.(input), resolve, reject })
      // Not at once: what else arrives in this turn of the event loop comes along.
      if (!this.#isStarting) setImmediate(() => this.#start())
      this.#isStarting = true
    })
  }

  #start(): void {
    this.#isStarting = false
    while (this.#underWay.size < this.#options.concurrent) {
      const batch = this.#takeNext()
      if (batch.calls.length === 0) return
      this.#underWay.add(batch)
      void this.#settle(batch)
    }
  }

  #takeNext(): Batch<Input, Output> {
    const { keyOf, maximumSize } = this.#options
    if (keyOf === undefined) return { calls: this.#waiting.splice(0, maximumSize) }
    const busy = new Set(Array.from(this.#underWay, ({ key }) => key))
    const key = this.#waiting.find((call) => !busy.has(call.key))?.key
    const calls = this.#waiting.filter((call) => call.key === key).slice(0, maximumSize)
    const taken = new Set(calls)
    this.#waiting = this.#waiting.filter((call) => !taken.has(call))
    return { calls, key }
  }

  async #settle(batch: Batch<Input, Output>): Promise<void> {
    await this.#answer(batch)
    this.#underWay.delete(batch)
    this.#start()
  }

  async #answer({ calls }: Batch<Input, Output>): Promise<void> {
    try {
      const outputs = await this.#run(calls.map(({ input }) => input))
      if (outputs.length !== calls.length) throw new Error('a batch was not answered in full')
      for (const [index, output] of outputs.entries()) calls[index]?.resolve(output)
    } catch (error) {
      for (const { reject } of calls) reject(error)
    }
  }
}

interface Batch<Input, Output> {
  calls: Waiting<Input, Output>[]
  key?: string | undefined
}

interface Waiting<Input, Output> {
  input: Input
  key: string | undefined
  resolve: (output: Output) => void
  reject: (error: unknown) => void
}
