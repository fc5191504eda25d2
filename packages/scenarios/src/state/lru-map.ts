/** A map of bounded size that evicts the least recently used entry. */
export class LruMap<Key, Value> {
  readonly #entries = new Map<Key, Value>()
  readonly #maxEntries: number

  readonly #onEvict: ((key: Key, value: Value) => void) | undefined

  constructor(maxEntries: number, onEvict?: (key: Key, value: Value) => void) {
    this.#maxEntries = maxEntries
    this.#onEvict = onEvict
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
    const [leastRecent] = this.#entries
    if (leastRecent === undefined) return
    this.#entries.delete(leastRecent[0])
    this.#onEvict?.(...leastRecent)
  }

  /** Whether there is an entry; does not count as a use of it. */
  has(key: Key): boolean {
    return this.#entries.has(key)
  }

  get size(): number {
    return this.#entries.size
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
