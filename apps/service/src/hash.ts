import { hash, timingSafeEqual } from 'node:crypto'

/** SHA-256 of a secret. The database stores nothing else of it. */
export function hashOf(secret: string): Buffer {
  return hash('sha256', secret, 'buffer')
}

/** Whether the hash of a secret is one of those that are accepted. Takes the same time for each secret. */
export function isOneOf(accepted: Buffer[], actual: Buffer): boolean {
  const isSame = (each: Buffer): boolean =>
    each.length === actual.length && timingSafeEqual(each, actual)
  return accepted.map(isSame).includes(true)
}
