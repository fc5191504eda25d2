/**
 * What a terminal obeys instead of printing it, and what a reader cannot see or is misled by: control
 * characters, overrides of the text's direction, zero-width and other invisible characters.
 */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu

/**
 * Text of a server or a file in a form that is safe to print in one line, cut to a length.
 *
 * @example
 * printable('Notes\u001B[2J') // 'Notes\\u{1b}[2J'
 */
export function printable(text: string, maxLength = 300): string {
  const shown = text.length > maxLength ? `${text.slice(0, maxLength - 1)}…` : text
  return shown.replace(UNPRINTABLE, (character) => {
    return `\\u{${character.codePointAt(0)?.toString(16)}}`
  })
}

/** A line of JSON that is safe to print, too. */
export function jsonLine(value: object): string {
  // These characters occur only inside of strings, where an escape means the same.
  const json = JSON.stringify(value).replace(UNPRINTABLE, (character) =>
    character
      .split('')
      .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
      .join(''),
  )
  return `${json}\n`
}

/** A path as a shell takes it, whole, not for an option, and safe to print. */
export function quoteArgument(path: string): string {
  const text = path.startsWith('-') ? `./${path}` : path
  if (/^[\w./:@%+=-]+$/.test(text)) return text
  if (text.search(UNPRINTABLE) === -1) return `'${text.replaceAll("'", "'\\''")}'`
  const escaped = text
    .replaceAll(/[\\']/g, '\\$&')
    .replace(UNPRINTABLE, (character) =>
      Array.from(Buffer.from(character), (byte) => `\\${byte.toString(8).padStart(3, '0')}`).join(
        '',
      ),
    )
  return `$'${escaped}'`
}
