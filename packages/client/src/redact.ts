// Shorter secrets are not redacted: they would match ordinary words of a response.
const MIN_LENGTH = 8

/** Replaces secrets in a text that comes from outside: a server or proxy may echo what it was sent. */
export function redact(text: string, secrets: readonly string[]): string {
  return secrets.reduce(
    (rest, secret) => (secret.length < MIN_LENGTH ? rest : rest.replaceAll(secret, '[redacted]')),
    text,
  )
}

/** The forms in which a secret can be echoed: as it is, in a JSON string, percent-encoded. */
export function encodedForms(secret: string): string[] {
  return [secret, JSON.stringify(secret).slice(1, -1), encodeURIComponent(secret)]
}
