import { createHash, timingSafeEqual } from 'node:crypto'

/** SHA-256 of a secret, the only form in which the database knows it. */
export function hashOf(secret: string): Buffer {
  return createHash('sha256').update(secret).digest()
}

/** Compares in a time that tells nothing about where two hashes differ. */
export function isSameHash(left: Buffer, right: Buffer): boolean {
  return left.length === right.length && timingSafeEqual(left, right)
}
