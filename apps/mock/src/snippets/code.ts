/** A value as TypeScript code; `indent` is that of the line on which it begins. */
export function toCode(value: unknown, indent = ''): string {
  if (typeof value === 'string') return quote(value)
  if (typeof value !== 'object' || value === null) return String(value)
  const inner = `${indent}  `
  const lines = Array.isArray(value)
    ? value.map((item) => inner + toCode(item, inner))
    : Object.entries(value).map(
        ([name, each]) => `${inner}${property(name)}: ${toCode(each, inner)}`,
      )
  const [open, close] = Array.isArray(value) ? '[]' : '{}'
  return lines.length === 0
    ? `${open}${close}`
    : `${open}\n${lines.join(',\n')},\n${indent}${close}`
}

/** A comment on one line: no character of the text can end it early. */
export function comment(text: string): string {
  return `// ${text.replaceAll(/[\s\p{C}]+/gu, ' ')}`
}

function quote(text: string): string {
  if (/^[^'"\\\p{C}\u2028\u2029]*$/u.test(text)) return `'${text}'`
  // JSON leaves most of these unescaped, and some reorder the code on the screen.
  return JSON.stringify(text).replaceAll(
    /[\p{C}\u2028\u2029]/gu,
    (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`,
  )
}

function property(name: string): string {
  return /^[a-z_$][\w$]*$/i.test(name) ? name : quote(name)
}
