import { readLineBatches } from '../files/line-batches.ts'
import type { TargetProblem } from './parse-target.ts'

/** The fields of a row, and the line in which it starts. */
export interface Row {
  readonly line: number
  readonly fields: readonly string[]
}

const MAX_ROW_LENGTH = 65_536

/**
 * Reads the rows of CSV as RFC 4180 describes it, without blank lines. After a wrong quote nobody can
 * say where the next row starts, so that one ends the reading.
 *
 * Of the libraries, csv-parse counts a line break of two characters in a quoted field as two lines,
 * and csv-parser and papaparse do not count lines; a problem without its line is of no use here.
 */
export async function* readCsvRows(
  bytes: AsyncIterable<Uint8Array>,
): AsyncGenerator<Row | TargetProblem, void> {
  /** The row so far: the lines since a quote was opened. */
  let open: { line: number; text: string } | undefined
  for await (const { firstLine, lines, unterminated } of readLineBatches(bytes)) {
    if (unterminated === 'too long') {
      yield lastProblem(open?.line ?? firstLine, 'is too long')
      return
    }
    for (const [index, lineText] of lines.entries()) {
      const line = open?.line ?? firstLine + index
      const text: string = open ? `${open.text}\n${lineText}` : lineText
      // A quote within quotes is doubled, so a row is complete when its quotes are even in number.
      const isOpen = (open !== undefined) !== hasOddQuotes(lineText)
      open = isOpen ? { line, text } : undefined
      if (isOpen) {
        if (text.length <= MAX_ROW_LENGTH) continue
        yield lastProblem(line, 'is too long, or has a quote that is not closed')
        return
      }
      if (text.trim() === '') continue
      const fields = splitRow(text.endsWith('\r') ? text.slice(0, -1) : text)
      if (!fields) {
        yield lastProblem(line, 'has a quote where none may be (RFC 4180)')
        return
      }
      yield { line, fields }
    }
  }
  if (open) yield lastProblem(open.line, 'has a quote that is not closed')
}

function lastProblem(line: number, problem: string): TargetProblem {
  return { line, problem: `${problem}; nothing after it was read`, isLast: true }
}

function hasOddQuotes(text: string): boolean {
  let isOdd = false
  for (let at = text.indexOf('"'); at !== -1; at = text.indexOf('"', at + 1)) isOdd = !isOdd
  return isOdd
}

/** The fields of a complete row; undefined if a quote is neither around a field nor doubled. */
function splitRow(text: string): string[] | undefined {
  if (!text.includes('"')) return text.split(',')
  const fields: string[] = []
  const field = /(?:"([^"]*(?:""[^"]*)*)"|([^",]*))(,|$)/y
  for (;;) {
    const match = field.exec(text)
    if (!match) return undefined
    const [, quoted, plain = '', end] = match
    fields.push(quoted?.replaceAll('""', '"') ?? plain)
    if (end === '') return fields
  }
}
