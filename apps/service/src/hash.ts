import { hash, timingSafeEqual } from 'node:crypto'

/** SHA-256 of a secret. The database stores nothing else of it. */
export function hashOf(secret: string): Buffer {
  return hash('sha256', secret, 'buffer')
}

/** Compares two hashes in constant time. */
export function isSameHash(left: Buffer, right: Buffer): boolean {
  return left.length === right.length && timingSafeEqual(left, right)
}
