import { readLineBatches } from '../files/line-batches.ts'
import type { TargetProblem } from './parse-target.ts'

/** A line of a text file that is not blank. */
export interface TextLine {
  readonly line: number
  readonly text: string
}

/** The lines of a text that are not blank. One that is too long to be held ends the reading. */
export async function* readTextLines(
  bytes: AsyncIterable<Uint8Array>,
): AsyncGenerator<TextLine | TargetProblem, void> {
  for await (const { firstLine, lines, unterminated } of readLineBatches(bytes)) {
    if (unterminated === 'too long') {
      yield { line: firstLine, problem: 'is too long; nothing after it was read', isLast: true }
      return
    }
    for (const [index, text] of lines.entries()) {
      if (text.trim() !== '') yield { line: firstLine + index, text }
    }
  }
}
