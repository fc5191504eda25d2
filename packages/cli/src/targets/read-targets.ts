import type { Target } from '../target.ts'
import type { TargetLine } from './parse-target.ts'
import { readCsv } from './read-csv.ts'
import { readJsonLines } from './read-json-lines.ts'

/**
 * Reads targets from CSV (RFC 4180) or JSON lines, distinguished by the first character; a line that is
 * not a target is a problem. Columns or properties beyond the ids of a target are ignored, and so are
 * blank lines. Rejects with what the source throws.
 *
 * @param defaults ids that hold for all targets, which lines may leave out
 * @example
 * readTargets(readInput('targets.csv'), { connected_app_id: 'connected-app-live-…' })
 */
export async function* readTargets(
  source: AsyncIterable<Uint8Array>,
  defaults: Partial<Target> = {},
): AsyncGenerator<TargetLine, void> {
  const chunks = source[Symbol.asyncIterator]()
  const head = await readHead(chunks)
  async function* bytes(): AsyncGenerator<Uint8Array, void> {
    try {
      yield head.subarray(UTF8_MARK.test(head.toString('latin1', 0, 3)) ? 3 : 0)
      for (let step = await chunks.next(); step.done !== true; step = await chunks.next()) {
        yield step.value
      }
    } finally {
      await chunks.return?.()
    }
  }
  if (UTF16_MARK.test(head.toString('latin1', 0, 2))) {
    yield { line: 1, problem: 'is UTF-16; save the file as UTF-8', isLast: true }
  } else if (isJson(head)) {
    yield* readJsonLines(bytes(), defaults)
  } else {
    yield* readCsv(bytes(), defaults)
  }
}

const UTF8_MARK = /^\xEF\xBB\xBF/
const UTF16_MARK = /^(\xFE\xFF|\xFF\xFE)/

/** The first bytes, with at least one that is not space, unless there is none. */
async function readHead(chunks: AsyncIterator<Uint8Array>): Promise<Buffer> {
  const head: Uint8Array[] = []
  let length = 0
  let isBlank = true
  while (length < 3 || isBlank) {
    const step = await chunks.next()
    if (step.done === true) break
    head.push(step.value)
    length += step.value.length
    isBlank &&= !/[^\s\xEF\xBB\xBF]/.test(Buffer.from(step.value).toString('latin1'))
  }
  return Buffer.concat(head)
}

function isJson(head: Buffer): boolean {
  return /^[\s\xEF\xBB\xBF]*\{/.test(head.toString('latin1'))
}
