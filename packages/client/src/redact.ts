// Shorter secrets are not redacted: they would match ordinary words of a response.
const MIN_LENGTH = 8
// Decoding a longer text would take too long.
const MAX_LENGTH = 65_536
// Printing an error with deeper values would overflow the stack.
const MAX_DEPTH = 100
const MAX_DECODINGS = 10

const REDACTED = '[redacted]'

/** Removes secrets from what a server or proxy sent, since it may echo the request. */
export interface Redactor {
  /** The text without secrets. */
  readonly text: (text: string) => string
  /** A JSON value without secrets in its strings and property names. Values nested too deeply become `[redacted]`. */
  readonly value: (value: unknown) => unknown
  /** Whether a text, such as a whole JSON text, certainly contains no secret. */
  readonly isClean: (text: string) => boolean
}

/**
 * Creates a redactor. A secret as it is, percent-encoded or escaped as in JSON becomes `[redacted]`;
 * a text that contains it in another encoding is replaced as a whole.
 */
export function createRedactor(allSecrets: readonly string[]): Redactor {
  const secrets = allSecrets.filter(({ length }) => length >= MIN_LENGTH)
  let forms: SecretForms[] | undefined

  // Most texts of a server pass this check, which costs far less than any other.
  const isClean = (text: string) =>
    !/[%\\&~]/.test(text) && !secrets.some((secret) => text.includes(secret))

  const redactText = (text: string) => {
    if (isClean(text)) return text
    if (text.length > MAX_LENGTH) return REDACTED
    forms ??= formsOf(secrets)
    let rest = text
    // Longest secret first: once a part of a secret is replaced, the rest of it could not be found.
    for (const { usual, normalized } of forms) {
      for (const form of usual) rest = rest.replaceAll(form, REDACTED)
      if (containsEncoded(rest, normalized)) return REDACTED
    }
    return rest
  }

  const redactValue = (value: unknown, depth: number): unknown => {
    if (typeof value === 'string') return redactText(value)
    if (typeof value !== 'object' || value === null) return value
    if (depth === MAX_DEPTH) return REDACTED
    if (Array.isArray(value)) return value.map((each) => redactValue(each, depth + 1))
    const entries = Object.entries(value)
    return Object.fromEntries(
      entries.map(([name, each]) => [redactText(name), redactValue(each, depth + 1)]),
    )
  }

  return { text: redactText, value: (value) => redactValue(value, 0), isClean }
}

interface SecretForms {
  /** Percent-encoded, escaped as in JSON, and as it is. The last is the shortest, and may be the start of the others. */
  usual: string[]
  normalized: string[]
}

/** The forms of each secret, the longest secret first, since one may be part of another. */
function formsOf(secrets: readonly string[]): SecretForms[] {
  const sorted = secrets.toSorted((one, other) => other.length - one.length)
  return sorted.map((secret) => ({
    usual: [encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1), secret],
    // A secret may itself look as if some of it were encoded.
    normalized: normalizedForms(secret).filter(({ length }) => length >= MIN_LENGTH),
  }))
}

/**
 * Whether a text contains a secret in any encoding: with some or all characters percent-encoded,
 * escaped, or written as HTML entities, in any combination. Only letters and digits are compared,
 * since there are too many ways to write the others; so this may miss a secret that itself has
 * characters of an encoding, such as a percent sign.
 */
function containsEncoded(text: string, secretForms: readonly string[]): boolean {
  const textForms = normalizedForms(text)
  return secretForms.some((form) => textForms.some((each) => each.includes(form)))
}

/** The letters and digits of a text, however much of it is decoded. */
function normalizedForms(text: string): string[] {
  return decodings(text).flatMap((decoded) => [
    lettersAndDigits(decoded),
    // What looks like the name of an entity may also be text, after an ampersand.
    lettersAndDigits(decoded.replace(/&\w+;/g, '')),
  ])
}

/** The text, the same decoded once, twice, and so on, until nothing in it is encoded. */
function decodings(text: string): string[] {
  const all = [text]
  for (let last = text; all.length < MAX_DECODINGS; all.push(last)) {
    const decoded = decodeOnce(last)
    if (decoded === last) break
    last = decoded
  }
  return all
}

function lettersAndDigits(text: string): string {
  // In a JSON Pointer, a slash is ~1 and a tilde ~0.
  return text.replace(/~[01]|[^A-Za-z\d]/g, '')
}

/** Decodes each encoded character by one level, and `%252525…` by all. */
function decodeOnce(text: string): string {
  return text
    .replace(/&amp;/gi, '&')
    .replace(/%(?:25)+/g, '%')
    .replace(/\\+/g, '\\') // one in JSON, two in JSON within JSON
    .replace(
      /(?:%|[%\\]u00|\\x|&#x0*)([\da-f]{2});?|\\u\{0*([\da-f]{2})\}|&#0*(\d{2,3});?/gi,
      (_, hex: string | undefined, braced: string | undefined, decimal: string) =>
        String.fromCharCode(parseInt(hex ?? braced ?? decimal, (hex ?? braced) ? 16 : 10)),
    )
}
