/**
 * What is on the screen of a terminal that has no width, after a command has written this: text, line
 * ends, and the escape sequences by which readline and log-update move the cursor and erase.
 */
export function renderScreen(written: string): string {
  const lines: string[] = ['']
  let row = 0
  let column = 0
  const put = (line: string): void => void (lines[row] = line)
  for (const [token, digits = '', command = ''] of written.matchAll(TOKENS)) {
    const line = lines[row] ?? ''
    const count = Number(digits || 1)
    if (token === '\n') row += 1
    else if (token === '\r') column = 0
    else if (command === 'A') row -= count
    else if (command === 'G') column = count - 1
    else if (command === 'J') lines.splice(row, Infinity, line.slice(0, column))
    else if (command === 'K') put('')
    else if (command === '' && !/\p{Cc}/u.test(token)) {
      put(line.slice(0, column).padEnd(column) + token + line.slice(column + token.length))
      column += token.length
    }
    lines[row] ??= ''
  }
  return lines.map((line) => `${line.trimEnd()}\n`).join('')
}

// A control sequence, whose private modes are of no interest here, a control character, or text.
const TOKENS = /\p{Cc}\[\??(\d*)([A-Za-z])|\p{Cc}|\P{Cc}+/gu
