import { hashOf } from './hash.ts'

/**
 * How many buckets there are. It can't change: the ids that were issued contain a bucket of this many
 * (see `decisions/0007-tokens-name-their-bucket.md`).
 */
export const bucketCount = 4096

/** The hexadecimal digits with which a code, a token or the id of a grant begins. */
const digits = 3

/**
 * The bucket of an Organization, which all rows of the Organization have: the first twelve bits of the
 * SHA-256 of its id. Many Organizations share one, so it does not tell which Organization it is.
 */
export function bucketOf(organizationId: string): number {
  return hashOf(organizationId).readUInt16BE(0) >> 4
}

/** What an id in this bucket begins with. */
export function bucketPrefix(bucket: number): string {
  return bucket.toString(16).padStart(digits, '0')
}

/** The prefix of the id of a grant, which its codes and tokens get as well. */
export function bucketPrefixOf(grantId: string): string {
  return grantId.slice(0, digits)
}

/** The bucket that a code, a token or the id of a grant names; undefined if it was not issued here. */
export function bucketIn(id: string): number | undefined {
  const prefix = bucketPrefixOf(id)
  return /^[0-9a-f]{3}$/.test(prefix) ? Number.parseInt(prefix, 16) : undefined
}
