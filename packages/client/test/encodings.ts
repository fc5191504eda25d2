import fc from 'fast-check'

// The named character references of HTML for visible ASCII.
const references: Record<string, string[]> = {
  '!': ['excl'],
  '"': ['quot', 'QUOT'],
  '#': ['num'],
  $: ['dollar'],
  '%': ['percnt'],
  '&': ['amp', 'AMP'],
  "'": ['apos'],
  '(': ['lpar'],
  ')': ['rpar'],
  '*': ['ast', 'midast'],
  '+': ['plus'],
  ',': ['comma'],
  '.': ['period'],
  '/': ['sol'],
  ':': ['colon'],
  ';': ['semi'],
  '<': ['lt', 'LT'],
  '=': ['equals'],
  '>': ['gt', 'GT'],
  '?': ['quest'],
  '@': ['commat'],
  '[': ['lsqb', 'lbrack'],
  '\\': ['bsol'],
  ']': ['rsqb', 'rbrack'],
  '^': ['Hat'],
  _: ['lowbar', 'UnderBar'],
  '`': ['grave', 'DiacriticalGrave'],
  '{': ['lcub', 'lbrace'],
  '|': ['verbar', 'vert', 'VerticalLine'],
  '}': ['rcub', 'rbrace'],
}

/** A number of the encodings that were applied on top of each other. */
const depth = fc.integer({ min: 0, max: 3 })

/** The text in upper, lower or mixed case. */
function anyCase(text: string): fc.Arbitrary<string> {
  return fc.mixedCase(fc.constant(text))
}

function hexOf(character: string): string {
  return character.charCodeAt(0).toString(16).padStart(2, '0')
}

/** `%2f`, `%2F`, `%252F`, … */
function percentEncoded(character: string): fc.Arbitrary<string> {
  return fc
    .tuple(depth, anyCase(hexOf(character)))
    .map(([nested, hex]) => `%${'25'.repeat(nested)}${hex}`)
}

/** `\u002f`, `\/`, `\\u002F`, `\\\/`, … */
function jsonEscaped(character: string): fc.Arbitrary<string> {
  const unicode = anyCase(hexOf(character)).map((hex) => String.raw`\u00${hex}`)
  const short = /["\\/]/.test(character) ? [fc.constant(`\\${character}`)] : []
  return fc.tuple(fc.oneof(unicode, ...short), depth).map(([escaped, nested]) => {
    let text = escaped
    for (let count = 0; count < nested; count++) text = JSON.stringify(text).slice(1, -1)
    return text
  })
}

/** `&sol;`, `&#47;`, `&#x2F;`, `&amp;#0047;`, … */
function htmlEscaped(character: string): fc.Arbitrary<string> {
  const zeros = fc.integer({ min: 0, max: 3 }).map((count) => '0'.repeat(count))
  const decimal = zeros.map((leading) => `#${leading}${character.charCodeAt(0)}`)
  const hex = fc
    .tuple(zeros, anyCase(`x${hexOf(character)}`))
    .map(([leading, code]) => `#${code.slice(0, 1)}${leading}${code.slice(1)}`)
  const names = Object.hasOwn(references, character) ? references[character] : undefined
  const named = names ? [fc.constantFrom(...names)] : []
  return fc
    .tuple(fc.oneof(decimal, hex, ...named), depth)
    .map(([name, nested]) => `&${'amp;'.repeat(nested)}${name};`)
}

/** A text with each of its characters as it is or in some encoding, independently of the others. */
export function anyEncoding(text: string): fc.Arbitrary<string> {
  const characters = Array.from(text, (character) =>
    fc.oneof(
      fc.constant(character),
      percentEncoded(character),
      jsonEscaped(character),
      htmlEscaped(character),
    ),
  )
  return fc.tuple(...characters).map((encoded) => encoded.join(''))
}

const encoders: ((text: string) => string)[] = [
  encodeURIComponent,
  (text) => encodeURIComponent(text).replaceAll(/%../g, (code) => code.toLowerCase()),
  (text) => Array.from(text, (character) => `%${hexOf(character)}`).join(''),
  (text) => JSON.stringify(text).slice(1, -1),
  // PHP escapes slashes, Go what is special in HTML.
  (text) =>
    JSON.stringify(text)
      .slice(1, -1)
      .replaceAll('/', String.raw`\/`),
  (text) =>
    JSON.stringify(text)
      .slice(1, -1)
      .replaceAll(/[<>&]/g, (character) => String.raw`\u00${hexOf(character)}`),
  (text) => text.replaceAll(/[&<>"']/g, (character) => `&${references[character]?.[0]};`),
  (text) => text.replaceAll(/\W/g, (character) => `&#${character.charCodeAt(0)};`),
  (text) => text.replaceAll(/\W/g, (character) => `&#x${hexOf(character)};`),
]

/** A text as programs write it that embed it: JSON in HTML in a URL, and so on. */
export function anyEmbedding(text: string): fc.Arbitrary<string> {
  return fc
    .array(fc.constantFrom(...encoders), { minLength: 1, maxLength: 3 })
    .map((chosen) => chosen.reduce((embedded, encode) => encode(embedded), text))
}

/** A JSON text of the value with any of the characters in its strings escaped. */
export function anyJson(value: unknown): fc.Arbitrary<string> {
  const parts = JSON.stringify(value).split(/("(?:[^"\\]|\\.)*")/)
  const encoded = parts.map((part, index) => {
    if (index % 2 === 0) return fc.constant(part)
    const text = String(JSON.parse(part))
    const characters = Array.from(text, (character) => {
      const plain = JSON.stringify(character).slice(1, -1)
      const slash = character === '/' ? [fc.constant(String.raw`\/`)] : []
      const unicode = anyCase(hexOf(character)).map((hex) => `\\u${hex.padStart(4, '0')}`)
      return fc.oneof(fc.constant(plain), unicode, ...slash)
    })
    return fc.tuple(...characters).map((all) => `"${all.join('')}"`)
  })
  return fc.tuple(...encoded).map((all) => all.join(''))
}
