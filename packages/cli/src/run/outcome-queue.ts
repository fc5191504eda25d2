import type { Outcome } from '../outcome.ts'
import { Wakeup } from './wakeup.ts'

/** Outcomes on their way from a run to its consumer. */
export class OutcomeQueue {
  #added: Outcome[] = []
  /** How many outcomes are being handed to the consumer. */
  #handed = 0
  #end: { readonly failure: { readonly error: unknown } | undefined } | undefined
  readonly #changed = new Wakeup()

  /** How many outcomes the consumer has not taken. */
  get size(): number {
    return this.#added.length + this.#handed
  }

  add(outcome: Outcome): void {
    this.#added.push(outcome)
    this.#changed.notify()
  }

  /** @param failure with what the iteration rejects after the last outcome */
  end(failure: { readonly error: unknown } | undefined): void {
    this.#end = { failure }
    this.#changed.notify()
  }

  /** @param onTaken called whenever the consumer has taken all that there was */
  async *take(onTaken: () => void): AsyncGenerator<Outcome, void, void> {
    for (;;) {
      const handed = this.#added
      this.#added = []
      for (const [index, outcome] of handed.entries()) {
        this.#handed = handed.length - index
        yield outcome
      }
      this.#handed = 0
      onTaken()
      if (this.#added.length > 0) continue
      if (this.#end) break
      await this.#changed.wait()
    }
    if (this.#end.failure) throw this.#end.failure.error
  }
}
