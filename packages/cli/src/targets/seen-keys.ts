import { hash } from 'node:crypto'

// Room for a million keys from the start: memory that is not touched yet costs nothing, and a table
// that grows holds the old one until it is collected.
const INITIAL_SLOTS = 1_400_000
const MAX_LOAD = 0.8

/**
 * Keys that were seen. Of a key only a hash is kept, in a typed array with open addressing: with the
 * lines, a million keys take 28 MB, where a Set of strings takes hundreds.
 */
export class SeenKeys {
  readonly #hashWords: number
  readonly #slotWords: number
  readonly #words: Uint32Array
  #capacity: number
  #slots: Uint32Array
  #size = 0

  /**
   * @param use with `lines`, the line of each key is kept, and of a million keys two are taken for one
   * in one of 10^26 lists (128 bits of a hash); with `count` only their number, and in one of 10^7 lists (64 bits)
   */
  constructor(use: 'lines' | 'count', initialSlots = INITIAL_SLOTS) {
    this.#capacity = initialSlots
    this.#hashWords = use === 'lines' ? 4 : 2
    this.#slotWords = use === 'lines' ? 5 : 2
    this.#words = new Uint32Array(this.#hashWords)
    this.#slots = new Uint32Array(this.#capacity * this.#slotWords)
  }

  /** How many keys there are. */
  get size(): number {
    return this.#size
  }

  /** Adds a key, unless it is there: then returns the line of the first one, or 0 if lines are not kept. */
  add(key: string, line: number): number | undefined {
    const words = this.#hash(key)
    const slot = this.#find(words)
    const keepsLine = this.#slotWords > this.#hashWords
    if (this.#slots[slot] !== 0) return keepsLine ? this.#slots[slot + this.#hashWords] : 0
    this.#slots.set(words, slot)
    if (keepsLine) this.#slots[slot + this.#hashWords] = line
    this.#size += 1
    if (this.#size > this.#capacity * MAX_LOAD) this.#grow()
    return undefined
  }

  /** The line with which a key was added; undefined if it was not. For a set that keeps lines. */
  lineOf(key: string): number | undefined {
    return this.#slots[this.#find(this.#hash(key)) + this.#hashWords] || undefined
  }

  /** The hash of a key, until the next one. */
  #hash(key: string): Uint32Array {
    // A cryptographic hash, so that whoever chooses the ids cannot choose two with the same hash; as
    // text, since a million buffers would have to be garbage-collected.
    const digest = hash('sha256', key, 'binary')
    const words = this.#words
    for (let index = 0; index < words.length; index += 1) words[index] = wordAt(digest, index * 4)
    words[0] ||= 1 // 0 marks a free slot
    return words
  }

  /** Where a hash is, or the free slot for it. */
  #find(words: Uint32Array): number {
    let index = (words[0] ?? 0) % this.#capacity
    for (;;) {
      const slot = index * this.#slotWords
      if (this.#slots[slot] === 0 || this.#holds(slot, words)) return slot
      index = (index + 1) % this.#capacity
    }
  }

  #holds(slot: number, words: Uint32Array): boolean {
    for (let index = 0; index < this.#hashWords; index += 1) {
      if (this.#slots[slot + index] !== words[index]) return false
    }
    return true
  }

  #grow(): void {
    const old = this.#slots
    this.#capacity *= 2
    this.#slots = new Uint32Array(old.length * 2)
    for (let slot = 0; slot < old.length; slot += this.#slotWords) {
      if (old[slot] === 0) continue
      const entry = old.subarray(slot, slot + this.#slotWords)
      this.#slots.set(entry, this.#find(entry))
    }
  }
}

function wordAt(digest: string, byte: number): number {
  return (
    digest.charCodeAt(byte) |
    (digest.charCodeAt(byte + 1) << 8) |
    (digest.charCodeAt(byte + 2) << 16) |
    (digest.charCodeAt(byte + 3) << 24)
  )
}
