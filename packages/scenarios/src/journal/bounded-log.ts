/** A log of bounded size that numbers its entries and discards the oldest ones. */
export class BoundedLog<Entry> {
  readonly #maxEntries: number
  #entries: Numbered<Entry>[] = []
  #lastNumber = 0
  #discarded = 0

  constructor(maxEntries: number) {
    this.#maxEntries = maxEntries
  }

  /** The number of entries since the start or the last reset, including discarded ones. */
  get total(): number {
    return this.#entries.length + this.#discarded
  }

  /** The number of the oldest entries that were discarded since the start or the last reset. */
  get discarded(): number {
    return this.#discarded
  }

  /** Adds an entry, and returns the object that the log keeps. */
  add(entry: Entry): Numbered<Entry> {
    this.#lastNumber += 1
    const numbered = { number: this.#lastNumber, ...entry }
    this.#entries.push(numbered)
    if (this.#entries.length > this.#maxEntries) {
      this.#entries.shift()
      this.#discarded += 1
    }
    return numbered
  }

  /** The entries that are kept, oldest first. */
  entries(): readonly Numbered<Entry>[] {
    return this.#entries
  }

  /** Removes entries; they do not count as discarded. */
  remove(isRemoved: (entry: Numbered<Entry>) => boolean): void {
    this.#entries = this.#entries.filter((entry) => !isRemoved(entry))
  }

  reset(): void {
    this.#entries = []
    this.#lastNumber = 0
    this.#discarded = 0
  }
}

/** Numbers start at 1 and restart after a reset. */
type Numbered<Entry> = Entry & { number: number }
