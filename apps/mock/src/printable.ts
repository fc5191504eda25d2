/**
 * Escapes what is not printable. On a terminal, a control character of a path, a title or a response
 * could move the cursor, or write another line.
 */
export function printable(text: string): string {
  return text.replaceAll(
    /[\p{C}\p{Zl}\p{Zp}]/gu,
    (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`,
  )
}
