import type { JSONWebKeySet, JWK } from 'jose'

/** The public members of RSA, elliptic curve and octet key pairs, and what says how to use them. */
const publicMembers = [
  'kty',
  'use',
  'key_ops',
  'alg',
  'kid',
  'x5c',
  'x5t',
  'x5t#S256',
  'n',
  'e',
  'crv',
  'x',
  'y',
] as const

/** What may be published of a key set: no private member, and no secret key at all (RFC 7518). */
export function publicPartOf({ keys }: JSONWebKeySet): JSONWebKeySet {
  return { keys: keys.filter(({ kty }) => kty !== 'oct').map(publicPartOfKey) }
}

function publicPartOfKey(key: JWK): JWK {
  return Object.fromEntries(
    publicMembers.filter((name) => name in key).map((name) => [name, key[name]]),
  )
}
