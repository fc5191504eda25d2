import type { RunSettings } from './run-settings.ts'

// To take out a shorter one would spoil innocent words, and their gaps would spell it.
const minLength = 8

/** Takes the run's secrets out of a text, should a target have echoed them. */
export function redactor(settings: RunSettings): (text: string) => string {
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
  return (text) => secrets.reduce((rest, each) => rest.replaceAll(each, '[secret]'), text)
}
