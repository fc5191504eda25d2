import { mediaType } from './generated/operation.ts'

/**
 * Whether a `Content-Type` names the media type of the contract. Parameters such as charset are
 * legal and, for JSON, without effect (RFC 8259 section 11).
 */
export function isContractMediaType(contentType: string | null | undefined): boolean {
  return contentType?.split(';')[0]?.trim().toLowerCase() === mediaType
}
