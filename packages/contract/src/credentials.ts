/** The credentials of a project, as HTTP Basic carries them. */
export interface Credentials {
  projectId: string
  secret: string
}

/**
 * Reads an `Authorization` header of the Basic scheme (RFC 7617), with credentials in UTF-8. The
 * project_id ends at the first colon; the secret may contain further ones.
 *
 * @returns undefined if the header is missing, malformed or of another scheme, or if one of the two
 *   is empty or contains a control character, which RFC 7617 section 2 forbids
 * @example
 * parseBasicCredentials(`Basic ${btoa('project-test-1:secret')}`) // { projectId: 'project-test-1', secret: 'secret' }
 */
export function parseBasicCredentials(
  authorization: string | null | undefined,
): Credentials | undefined {
  const [, encoded] = /^basic +([a-z\d+/]+={0,2})$/i.exec(authorization ?? '') ?? []
  const pair = encoded === undefined ? undefined : decodeUtf8(encoded)
  const [, projectId, secret] = /^([^:\p{Cc}]+):(\P{Cc}+)$/u.exec(pair ?? '') ?? []
  return projectId !== undefined && secret !== undefined ? { projectId, secret } : undefined
}

function decodeUtf8(base64: string): string | undefined {
  try {
    const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0))
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return undefined // not Base64, or not UTF-8
  }
}
