export interface BatchOptions {
  /** How many calls may go together. */
  maximumSize: number
  /** How many batches may be under way at once. */
  concurrent: number
}

/**
 * Lets calls that come at the same time share one trip to the database, and one wait for its disk.
 * A call never waits to be joined by others: it does so only while enough batches are under way.
 *
 * A batch is one statement, so it succeeds or fails as a whole, with no effect.
 */
export class Batches<Input, Output> {
  readonly #run: (inputs: Input[]) => Promise<Output[]>
  readonly #options: BatchOptions
  #waiting: Waiting<Input, Output>[] = []
  #underWay = 0

  /** @param run answers each input at the same place */
  constructor(run: (inputs: Input[]) => Promise<Output[]>, options: Partial<BatchOptions> = {}) {
    this.#run = run
    this.#options = { maximumSize: 64, concurrent: 2, ...options }
  }

  add(input: Input): Promise<Output> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ input, resolve, reject })
      // Not at once: what else arrives in this turn of the event loop comes along.
      if (this.#waiting.length === 1) setImmediate(() => this.#start())
    })
  }

  #start(): void {
    while (this.#waiting.length > 0 && this.#underWay < this.#options.concurrent) {
      const batch = this.#waiting.splice(0, this.#options.maximumSize)
      this.#underWay += 1
      void this.#settle(batch)
    }
  }

  async #settle(batch: Waiting<Input, Output>[]): Promise<void> {
    await this.#answer(batch)
    this.#underWay -= 1
    this.#start()
  }

  async #answer(batch: Waiting<Input, Output>[]): Promise<void> {
    try {
      const outputs = await this.#run(batch.map(({ input }) => input))
      if (outputs.length !== batch.length) throw new Error('a batch was not answered in full')
      for (const [index, output] of outputs.entries()) batch[index]?.resolve(output)
    } catch (error) {
      for (const { reject } of batch) reject(error)
    }
  }
}

interface Waiting<Input, Output> {
  input: Input
  resolve: (output: Output) => void
  reject: (error: unknown) => void
}
