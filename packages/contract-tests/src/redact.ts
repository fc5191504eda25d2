import type { RunSettings } from './options.ts'

// Redacting a shorter secret would blank out ordinary words, and so reveal the secret.
const minLength = 8

/** Creates a function that redacts the run's secrets in a text, in case a target echoes them. */
export function createRedactor(settings: RunSettings): (text: string) => string {
  const { projectId, secret } = settings
  const secrets = [
    Buffer.from(`${projectId}:${secret}`).toString('base64'),
    secret,
    settings.sessionToken,
    settings.sessionJwt,
    settings.sessionTokenWithoutPermission,
    settings.sessionTokenOfOtherOrganization,
  ]
    .filter((each) => each !== undefined)
    .filter(({ length }) => length >= minLength)
  return (text) => secrets.reduce((rest, each) => rest.replaceAll(each, '[redacted]'), text)
}
