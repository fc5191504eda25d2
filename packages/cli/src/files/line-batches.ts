/** Consecutive lines that end in a line feed, or what is left of a text after its last one. */
export interface LineBatch {
  readonly firstLine: number
  readonly lines: readonly string[]
  /** Where a line of the batch starts, in bytes; to be called before the next batch is read. */
  readonly offsetOf: (index: number) => number
  /** Why there is no line feed: the text ended, or a line is longer than {@link MAX_LINE_BYTES}. */
  readonly unterminated?: 'end' | 'too long'
}

/** How much of a file is read or written at once. With twice as much, V8's young generation doubles. */
export const CHUNK_BYTES = 32_768

/** A longer line comes in parts, so that a file without line feeds does not fill the memory. */
const MAX_LINE_BYTES = 1_048_576

const LINE_FEED = 10

/**
 * Splits bytes at line feeds, as many lines at once as a chunk has. Bytes that are not UTF-8 become
 * U+FFFD. A part of a line that is too long is not read; what follows is, as if it were a line.
 */
export async function* readLineBatches(
  source: AsyncIterable<Uint8Array>,
): AsyncGenerator<LineBatch, void> {
  let rest: Uint8Array = new Uint8Array()
  let start = 0
  let firstLine = 1
  for await (const chunk of inPieces(source)) {
    const bytes = Buffer.concat([rest, chunk])
    const offset = start
    const offsetOf = (index: number) => offset + lineStart(bytes, index)
    const end = bytes.lastIndexOf(LINE_FEED)
    if (end !== -1) {
      const lines = bytes.toString('utf8', 0, end).split('\n')
      yield { firstLine, lines, offsetOf }
      firstLine += lines.length
      start += end + 1
    }
    rest = bytes.subarray(end + 1)
    if (rest.length > MAX_LINE_BYTES) {
      yield { firstLine, lines: [''], offsetOf: () => start, unterminated: 'too long' }
      start += rest.length
      rest = new Uint8Array()
    }
  }
  if (rest.length > 0) {
    const lines = [Buffer.from(rest).toString()]
    yield { firstLine, lines, offsetOf: () => start, unterminated: 'end' }
  }
}

// Standard input comes in larger chunks than files are read in.
async function* inPieces(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void> {
  for await (const chunk of source) {
    for (let start = 0; start < chunk.length; start += CHUNK_BYTES) {
      yield chunk.subarray(start, start + CHUNK_BYTES)
    }
  }
}

function lineStart(bytes: Buffer, index: number): number {
  let position = 0
  for (let line = 0; line < index; line += 1) position = bytes.indexOf(LINE_FEED, position) + 1
  return position
}
