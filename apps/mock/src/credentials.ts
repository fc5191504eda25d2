/**
 * Whether an Authorization header carries a project_id and a secret (RFC 7617). The secret may hold
 * colons; the project_id ends at the first one.
 */
export function hasCredentials(authorization: string | undefined): boolean {
  const [, encoded] = /^basic +([a-z\d+/]+={0,2})$/i.exec(authorization ?? '') ?? []
  if (encoded === undefined) return false
  const [projectId = '', ...secret] = Buffer.from(encoded, 'base64').toString().split(':')
  return projectId !== '' && secret.join(':') !== ''
}
