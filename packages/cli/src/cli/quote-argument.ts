import { printable } from './terminal/printable.ts'

/** A path as a shell takes it. */
export function quoteArgument(path: string): string {
  const text = printable(path)
  return /^[\w./:@%+=-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`
}
