// Shorter ones are no secrets, and taking them out would spoil innocent words.
const MIN_LENGTH = 8

/** The text without the secrets: a server or a proxy may echo what it was sent. */
export function redact(text: string, secrets: readonly string[]): string {
  return secrets.reduce(
    (rest, secret) => (secret.length < MIN_LENGTH ? rest : rest.replaceAll(secret, '[redacted]')),
    text,
  )
}

/** A secret as it is, within JSON, and within a URL. */
export function spellings(secret: string): string[] {
  return [secret, JSON.stringify(secret).slice(1, -1), encodeURIComponent(secret)]
}
