/** Takes the secrets out of a text. */
export type Redact = (text: string) => string

// Shorter ones are no secrets, and taking them out would spoil innocent words.
const MIN_LENGTH = 8

/** A server or a proxy may echo what it was sent; none of that may come to a log through an error. */
export function redactor(secrets: readonly string[]): Redact {
  const hidden = secrets.filter(({ length }) => length >= MIN_LENGTH)
  return (text) => hidden.reduce((rest, secret) => rest.replaceAll(secret, '[redacted]'), text)
}
