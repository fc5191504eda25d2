/** A map of bounded size that evicts the least recently used entry. */
export class LruMap<Key, Value> {
  readonly #entries = new Map<Key, Value>()
  readonly #maxEntries: number

  constructor(maxEntries: number) {
    this.#maxEntries = maxEntries
  }

  get(key: Key): Value | undefined {
    const value = this.#entries.get(key)
    if (value !== undefined) this.set(key, value)
    return value
  }

  set(key: Key, value: Value): void {
    this.#entries.delete(key)
    this.#entries.set(key, value)
    if (this.#entries.size <= this.#maxEntries) return
    const [leastRecent] = this.#entries.keys()
    if (leastRecent !== undefined) this.#entries.delete(leastRecent)
  }

  delete(key: Key): boolean {
    return this.#entries.delete(key)
  }

  keys(): Key[] {
    return [...this.#entries.keys()]
  }

  values(): Value[] {
    return [...this.#entries.values()]
  }

  clear(): void {
    this.#entries.clear()
  }
}
