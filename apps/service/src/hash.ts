import { hash, timingSafeEqual } from 'node:crypto'

/** The SHA-256 of a secret, which is all that the database stores of it. */
export function hashOf(secret: string): Buffer {
  return hash('sha256', secret, 'buffer')
}

/** Whether the hash of a secret is one of those that are accepted. Takes constant time. */
export function isOneOf(accepted: Buffer[], actual: Buffer): boolean {
  const isSame = (each: Buffer): boolean =>
    each.length === actual.length && timingSafeEqual(each, actual)
  return accepted.map(isSame).includes(true)
}
