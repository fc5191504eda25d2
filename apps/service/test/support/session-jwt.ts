import type { CryptoKey, JSONWebKeySet, JWTPayload } from 'jose'
import { SignJWT, exportJWK, generateKeyPair } from 'jose'
import { issuerOf, sessionClaim } from '../../src/operation/session.ts'
import type { Tenant } from './tenant.ts'

/** A claim that upstream's JWTs have, and that the service ignores. */
export const organizationClaim = 'https://stytch.com/organization'

/** The keys of the issuer of a project's session JWTs. */
export interface SessionKeys {
  privateKey: CryptoKey
  publicKeys: JSONWebKeySet
  kid: string
}

export async function generateSessionKeys(kid = 'jwk-test-1'): Promise<SessionKeys> {
  const { privateKey, publicKey } = await generateKeyPair('RS256', { extractable: true })
  const jwk = { ...(await exportJWK(publicKey)), kid, use: 'sig', alg: 'RS256' }
  return { privateKey, publicKeys: { keys: [jwk] }, kid }
}

/** The claims of a JWT for the tenant's session, the same as upstream's. */
export function sessionClaims({ projectId, organizationId, slug, memberId, session }: Tenant) {
  const now = Math.floor(Date.now() / 1000)
  return {
    iss: issuerOf(projectId),
    aud: [projectId],
    sub: memberId,
    iat: now,
    nbf: now,
    exp: now + 300,
    [sessionClaim]: { id: session.sessionId, roles: ['stytch_member'] },
    [organizationClaim]: { organization_id: organizationId, slug },
  } satisfies JWTPayload
}

export function signSessionJwt(
  claims: JWTPayload,
  { privateKey, kid }: SessionKeys,
): Promise<string> {
  return new SignJWT(claims).setProtectedHeader({ alg: 'RS256', kid, typ: 'JWT' }).sign(privateKey)
}
