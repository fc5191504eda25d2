import { hasNoNul } from '../postgres/database.ts'

/** The user name and password of HTTP Basic authentication. */
export interface Credentials {
  projectId: string
  secret: string
}

/** Longer headers are rejected without being decoded. */
const maxHeaderLength = 1024

/**
 * Reads an `Authorization` header (RFC 7617).
 *
 * @returns undefined if it is missing or not valid Basic credentials
 */
export function parseCredentials(authorization: string | undefined): Credentials | undefined {
  if (authorization === undefined || authorization.length > maxHeaderLength) return undefined
  const encoded = /^basic +([A-Za-z0-9+/]+={0,2})$/i.exec(authorization)?.[1]
  if (encoded === undefined) return undefined
  const decoded = decodeUtf8(Buffer.from(encoded, 'base64'))
  const colon = decoded?.indexOf(':') ?? -1
  if (decoded === undefined || colon < 1 || !hasNoNul(decoded)) return undefined
  return { projectId: decoded.slice(0, colon), secret: decoded.slice(colon + 1) }
}

/** @returns undefined if the bytes are not valid UTF-8 */
function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (error) {
    if (error instanceof TypeError) return undefined
    throw error
  }
}
