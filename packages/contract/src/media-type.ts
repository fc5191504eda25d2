import { mediaType } from './generated/operation.ts'

/**
 * Whether a `Content-Type` names the media type of the contract. Parameters such as charset are
 * legal and, for JSON, without effect (RFC 8259 section 11).
 */
export function isContractMediaType(contentType: string | null | undefined): boolean {
  return contentType?.split(';')[0]?.trim().toLowerCase() === mediaType
}

/** What is wrong with the `Content-Type` of a body, in a few words; empty if nothing is. */
export function mediaTypeProblems(contentType: string | null): string[] {
  if (isContractMediaType(contentType)) return []
  const found = contentType === null ? 'missing' : named(contentType)
  return [`content-type is ${found}; ${mediaType} is declared`]
}

// The other side may send anything; only what looks like a media type is repeated.
function named(contentType: string): string {
  const essence = contentType.split(';', 1).join('').trim()
  return /^[\w.+-]+\/[\w.+-]+$/.test(essence) && essence.length <= 60 ? essence : 'no media type'
}
