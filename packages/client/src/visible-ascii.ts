import { refuseArgument } from './errors.ts'

const VISIBLE_ASCII = /^[\x21-\x7e]+$/

/** A value that goes into a header unchanged; the refusal never shows it. */
export function requireVisibleAscii(name: string, value: unknown, where: string): string {
  if (typeof value !== 'string' || !value) {
    refuseArgument(name, `${name} is missing or not a string (${where})`)
  }
  if (!VISIBLE_ASCII.test(value)) {
    refuseArgument(
      name,
      `${name} cannot be sent in a header (${where}); take out line breaks, spaces and non-ASCII characters`,
    )
  }
  return value
}
