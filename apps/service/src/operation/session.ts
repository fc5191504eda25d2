import type { Operation } from '@connected-apps/contract'
import type { JSONWebKeySet, JWTPayload, JWTVerifyOptions } from 'jose'
import { createLocalJWKSet, decodeJwt, errors, jwtVerify } from 'jose'
import { hasNoNul } from '../postgres/statement.ts'
import type { SessionReference } from './lookup.ts'

/** Name of the claim that describes a member session, the same as upstream's. */
export const sessionClaim = 'https://stytch.com/session'

/** The issuer (`iss`) of a project's session JWTs. */
export function issuerOf(projectId: string): string {
  return `stytch.com/${projectId}`
}

/** The session that a request carries, as a token or as a JWT, whatever their values. */
export interface ReceivedSession {
  token?: string | undefined
  jwt?: string | undefined
}

/** Reads the session headers of an operation. */
export function sessionIn({ sessionHeaders }: Operation, headers: Headers): ReceivedSession {
  const valueOf = (name = '') => (name === '' ? undefined : (headers.get(name) ?? undefined))
  return { token: valueOf(sessionHeaders.token), jwt: valueOf(sessionHeaders.jwt) }
}

/** How the session is looked up. */
export function referenceTo({ token, jwt }: ReceivedSession): SessionReference {
  return { token, jwtSessionId: jwt === undefined ? undefined : claimedSessionId(jwt) }
}

/**
 * How far the clocks of the issuer and of this instance may differ. The session itself is looked up
 * with every request, so this does not prolong it.
 */
const clockToleranceSeconds = 10

/** Longer JWTs are rejected without being decoded. */
const maxJwtLength = 8192

/**
 * Decodes, without verifying anything, which session a JWT claims to be. The result may only be used
 * to look the session up, in the same statement as the keys that {@link verifySessionJwt} needs.
 */
function claimedSessionId(jwt: string): string | undefined {
  if (jwt.length > maxJwtLength) return undefined
  try {
    return sessionIdIn(decodeJwt(jwt))
  } catch (error) {
    if (error instanceof errors.JOSEError || error instanceof TypeError) return undefined
    throw error
  }
}

/**
 * Verifies that one of the project's keys signed this session JWT (RS256) for this project, and that
 * it is valid at this time, give or take ten seconds.
 *
 * @returns the session's Member, or undefined if the JWT is invalid
 */
export async function verifySessionJwt(
  jwt: string,
  projectId: string,
  keys: JSONWebKeySet,
): Promise<{ memberId: string } | undefined> {
  if (jwt.length > maxJwtLength) return undefined
  try {
    const payload = await payloadOf(jwt, keys, {
      algorithms: ['RS256'],
      issuer: issuerOf(projectId),
      audience: projectId,
      clockTolerance: clockToleranceSeconds,
      requiredClaims: ['sub', 'exp', sessionClaim],
    })
    if (typeof payload.sub !== 'string' || sessionIdIn(payload) === undefined) return undefined
    return { memberId: payload.sub }
  } catch (error) {
    if (error instanceof errors.JOSEError || error instanceof TypeError) return undefined
    throw error
  }
}

/** Without `kid` any key of the algorithm may have signed a JWT, so each of them is tried. */
async function payloadOf(
  jwt: string,
  keys: JSONWebKeySet,
  options: JWTVerifyOptions,
): Promise<JWTPayload> {
  try {
    return (await jwtVerify(jwt, createLocalJWKSet(keys), options)).payload
  } catch (error) {
    if (!(error instanceof errors.JWKSMultipleMatchingKeys)) throw error
    for await (const key of error) {
      try {
        return (await jwtVerify(jwt, key, options)).payload
      } catch (failure) {
        // A TypeError: the key is too short.
        const isWrongKey = failure instanceof errors.JWSSignatureVerificationFailed
        if (!isWrongKey && !(failure instanceof TypeError)) throw failure
      }
    }
    throw error
  }
}

function sessionIdIn(payload: JWTPayload): string | undefined {
  const session = payload[sessionClaim]
  if (typeof session !== 'object' || session === null || !('id' in session)) return undefined
  const { id } = session
  return typeof id === 'string' && hasNoNul(id) ? id : undefined
}
