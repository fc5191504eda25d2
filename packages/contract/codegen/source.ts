/** Source text that a {@link literal} contains as it is. */
export class Code {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }
}

export function code(text: string): Code {
  return new Code(text)
}

/** The source text of a JSON value. Properties that are undefined are left out. */
export function literal(value: unknown, indent = ''): string {
  if (value instanceof Code) return value.text
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const inner = `${indent}  `
  const [open, close, items] = Array.isArray(value)
    ? ['[', ']', value.map((each) => literal(each, inner))]
    : ['{', '}', entriesOf(value).map(([key, each]) => `${keyOf(key)}: ${literal(each, inner)}`)]
  const line = `${open} ${items.join(', ')} ${close}`
  if (items.length === 0) return open + close
  if (line.length + indent.length <= 100 && !line.includes('\n')) return line
  return `${open}\n${items.map((item) => `${inner}${item},\n`).join('')}${indent}${close}`
}

function entriesOf(value: object): [key: string, value: unknown][] {
  return Object.entries(value).filter(([, each]) => each !== undefined)
}

/** The source text that accesses a property. */
export function accessOf(key: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`
}

function keyOf(key: string): string {
  // Without the brackets, it would set the prototype of the object.
  if (key === '__proto__') return '["__proto__"]'
  // A longer number would become another key, such as 1e+21.
  return /^([A-Za-z_$][\w$]*|[1-9]\d{0,14})$/.test(key) ? key : JSON.stringify(key)
}

export function capitalized(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1)
}

/** Makes a text safe for a comment: it cannot end the comment, and stays on one line. */
export function commentText(text: string): string {
  return text.replaceAll('*/', String.raw`*\/`).replaceAll(/\s+/g, ' ')
}

/** `revokeConnectedApp` as `revoke-connected-app`: the name of a file. */
export function kebab(name: string): string {
  return name.replaceAll(/(?<=[a-z\d])[A-Z]/g, (letter) => `-${letter}`).toLowerCase()
}

/** `ErrorEnvelope` or `error_envelope` as `errorEnvelope`: the name of a constant. */
export function camel(name: string): string {
  const words = name.split(/[^A-Za-z\d]+/).filter((word) => word !== '')
  const joined = words.map((word, index) => (index === 0 ? word : capitalized(word))).join('')
  return joined.charAt(0).toLowerCase() + joined.slice(1)
}
