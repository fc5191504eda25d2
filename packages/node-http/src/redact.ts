// A shorter secret may be part of ordinary words, and the gaps in these would reveal it.
const minLength = 8

/**
 * Creates a function that replaces secrets in a text with `[redacted]`: as they are, as in JSON, and as
 * in a URL or a form. Secrets of fewer than 8 characters are not replaced.
 *
 * @param secrets include other encodings that may occur, such as the Base64 of `id:secret`
 * @example
 * const redact = createRedactor(['s3cret-1234'])
 * redact('you sent s3cret-1234') // you sent [redacted]
 */
export function createRedactor(secrets: Iterable<string | undefined>): (text: string) => string {
  const forms = [...secrets]
    .filter((secret) => secret !== undefined)
    .filter(({ length }) => length >= minLength)
    .flatMap(encodedForms)
    // Longest first: a secret may start with another one, whose replacement would leave the rest of it.
    .toSorted((one, other) => other.length - one.length)
  if (forms.length === 0) return (text) => text
  const pattern = new RegExp(forms.map(escapePattern).join('|'), 'g')
  return (text) => text.replace(pattern, '[redacted]')
}

function encodedForms(secret: string): string[] {
  // A lone surrogate, which cannot be encoded, becomes U+FFFD.
  const wellFormed = Buffer.from(secret).toString()
  const urlForms = [
    encodeURIComponent(wellFormed),
    new URLSearchParams({ '': wellFormed }).toString().slice(1),
  ]
  const lowerCase = urlForms.map((form) =>
    form.replace(/%[0-9A-F]{2}/g, (octet) => octet.toLowerCase()),
  )
  return [secret, JSON.stringify(secret).slice(1, -1), ...urlForms, ...lowerCase]
}

function escapePattern(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')
}
