import stringWidth from 'string-width'
import { printable } from './terminal/printable.ts'

/** A table for people, with columns as wide as their content. Cells are made safe to print. */
export function renderTable(
  headings: readonly string[],
  rows: readonly (readonly string[])[],
): string {
  const cells = [headings, ...rows.map((row) => row.map((cell) => printable(cell, 120)))]
  const widths = headings.map((_, column) =>
    cells.reduce((width, row) => Math.max(width, stringWidth(row[column] ?? '')), 0),
  )
  return cells.map((row) => `${padded(row, widths).trimEnd()}\n`).join('')
}

function padded(row: readonly string[], widths: readonly number[]): string {
  return row
    .map((cell, column) => cell + ' '.repeat((widths[column] ?? 0) - stringWidth(cell)))
    .join('  ')
}
