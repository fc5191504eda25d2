import { readFile } from 'node:fs/promises'
import { CommandError } from '@connected-apps/node-http/command'
import type { JSONWebKeySet, JWK } from 'jose'
import { createLocalJWKSet, errors } from 'jose'
import { toPublicKeySet } from '../operation/session-jwks.ts'

/**
 * Reads the keys of an issuer of session JWTs, and checks that each of them can verify. An empty set
 * is rejected, since no session JWT would be accepted any more.
 *
 * @throws {CommandError} naming the file and what to do
 */
export async function readSessionKeySet(file: string): Promise<JSONWebKeySet> {
  const set = parseKeySet(await readText(file))
  if (set === undefined)
    throw new CommandError(`${file} is not a JSON Web Key Set (RFC 7517), such as {"keys":[…]}`)
  const keys = toPublicKeySet(set)
  const signing = keys.keys.filter(isForRs256)
  if (signing.length === 0) {
    throw new CommandError(`${file} has no RSA key for RS256, which signs session JWTs; add one`)
  }
  const find = createLocalJWKSet(keys)
  for (const [index, { kid }] of signing.entries()) {
    const problem = await problemOf(find({ alg: 'RS256', ...(kid !== undefined && { kid }) }))
    const name =
      kid === undefined ? `RSA key number ${index + 1}` : `the key ${JSON.stringify(kid)}`
    if (problem !== undefined) throw new CommandError(`${file}: ${name} ${problem}`)
  }
  return keys
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException // node:fs rejects with nothing else
    throw new CommandError(`${file} can't be read (${code}); pass the path of the key set`, {
      cause,
    })
  }
}

function parseKeySet(text: string): JSONWebKeySet | undefined {
  try {
    const set: unknown = JSON.parse(text)
    return isKeySet(set) ? set : undefined
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

function isKeySet(set: unknown): set is JSONWebKeySet {
  if (typeof set !== 'object' || set === null || !('keys' in set)) return false
  return (
    Array.isArray(set.keys) &&
    set.keys.every((key: unknown) => typeof key === 'object' && key !== null && 'kty' in key)
  )
}

function isForRs256({ kty, use = 'sig', alg = 'RS256' }: JWK): boolean {
  return kty === 'RSA' && use === 'sig' && alg === 'RS256'
}

/** Why a key, which is looked up as for a session JWT, can't verify one. */
async function problemOf(
  found: ReturnType<ReturnType<typeof createLocalJWKSet>>,
): Promise<string | undefined> {
  try {
    const { algorithm } = await found
    // Shorter keys are never accepted (RFC 7518, section 3.3).
    const isShort = 'modulusLength' in algorithm && Number(algorithm.modulusLength) < 2048
    return isShort ? 'has less than 2048 bits; generate a longer one' : undefined
  } catch (error) {
    if (error instanceof errors.JWKSMultipleMatchingKeys) {
      return 'is not the only one that matches a JWT; give each key a kid of its own'
    }
    if (error instanceof errors.JWKSNoMatchingKey) {
      return 'may not verify signatures, by its key_ops; pass its public key'
    }
    return 'is not a valid public key (RFC 7518, section 6.3.1)'
  }
}
