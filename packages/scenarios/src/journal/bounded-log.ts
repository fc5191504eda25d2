/** A log of bounded size that numbers its entries and discards the oldest ones. */
export class BoundedLog<Entry> {
  readonly #maxEntries: number
  #entries: Numbered<Entry>[] = []
  #total = 0

  constructor(maxEntries: number) {
    this.#maxEntries = maxEntries
  }

  /** The number of entries since the start or the last reset, including discarded ones. */
  get total(): number {
    return this.#total
  }

  /** Adds an entry, and returns the very object that the log keeps. */
  add(entry: Entry): Numbered<Entry> {
    this.#total += 1
    const numbered = { number: this.#total, ...entry }
    this.#entries.push(numbered)
    if (this.#entries.length > this.#maxEntries) this.#entries.shift()
    return numbered
  }

  /** The entries that are kept, oldest first. */
  entries(): readonly Numbered<Entry>[] {
    return this.#entries
  }

  reset(): void {
    this.#entries = []
    this.#total = 0
  }
}

/** Numbers start at 1 and restart after a reset. */
type Numbered<Entry> = Entry & { number: number }
