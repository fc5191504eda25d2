// A shorter one cannot be told from a part of a word, and the gaps in the words would give it away.
const minLength = 8

/**
 * Creates a function that replaces secrets in a text by `[redacted]`: as they are, as in JSON, and as
 * in a URL or a form. Secrets of fewer than 8 characters are left in place.
 *
 * @param secrets also in encodings that only the caller knows, such as the base64 of `id:secret`
 * @example
 * const redact = createRedactor(['s3cret-1234'])
 * redact('you sent s3cret-1234') // you sent [redacted]
 */
export function createRedactor(secrets: Iterable<string | undefined>): (text: string) => string {
  const forms = [...secrets]
    .filter((secret) => secret !== undefined)
    .filter(({ length }) => length >= minLength)
    .flatMap(encodedForms)
    // A secret may begin with another one, whose replacement would leave its rest.
    .toSorted((one, other) => other.length - one.length)
  if (forms.length === 0) return (text) => text
  const pattern = new RegExp(forms.map(escapePattern).join('|'), 'g')
  return (text) => text.replace(pattern, '[redacted]')
}

function encodedForms(secret: string): string[] {
  // A lone surrogate, which nothing can encode, becomes U+FFFD.
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
