/** The longest delay of a timer; a longer one would end at once. */
const MAX_TIMER_MS = 2 ** 31 - 1

/** Lets one function sleep until another notifies it, which may have happened before. */
export class Wakeup {
  #isNotified = false
  #wake: (() => void) | undefined

  notify(): void {
    this.#isNotified = true
    this.#wake?.()
  }

  /** Resolves once notified, or after the given time; of a very long one, after a part. */
  async wait(ms?: number): Promise<void> {
    if (!this.#isNotified) {
      await new Promise<void>((resolve) => {
        const timer = ms === undefined ? undefined : setTimeout(resolve, Math.min(ms, MAX_TIMER_MS))
        this.#wake = () => {
          clearTimeout(timer)
          resolve()
        }
      })
    }
    this.#wake = undefined
    this.#isNotified = false
  }
}
