/** A log that numbers its entries, keeps the latest, and forgets the others. */
export class RecentLog<Entry> {
  readonly #capacity: number
  #entries: Numbered<Entry>[] = []
  #total = 0

  constructor(capacity: number) {
    this.#capacity = capacity
  }

  /** Every entry since the start or the last reset, those forgotten included. */
  get total(): number {
    return this.#total
  }

  /** Adds an entry. What it returns is what it keeps. */
  add(entry: Entry): Numbered<Entry> {
    this.#total += 1
    const numbered = { number: this.#total, ...entry }
    this.#entries.push(numbered)
    if (this.#entries.length > this.#capacity) this.#entries.shift()
    return numbered
  }

  /** What is kept, oldest first. */
  entries(): readonly Numbered<Entry>[] {
    return this.#entries
  }

  reset(): void {
    this.#entries = []
    this.#total = 0
  }
}

/** The number counts from 1 since the start or the last reset. */
type Numbered<Entry> = Entry & { number: number }
