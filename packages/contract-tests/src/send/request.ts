import { randomUUID } from 'node:crypto'
import type { ParameterName } from '@connected-apps/contract'

/** The credentials of a request: those given to the run, or what replaces them. */
export type Credentials = 'given' | 'wrong secret' | 'none' | 'another scheme'

/** How the request of a case differs from the revoke that the options describe. */
export interface CaseRequest {
  /** Path parameters that replace the given ones, and session headers; not yet encoded. */
  parameters?: Partial<Record<ParameterName, string>>
  /** Appended to the path, so that it no longer matches the operation. */
  pathSuffix?: string
  /** Default: `given`. */
  credentials?: Credentials
  /** The body as text, or `none`. Default: the body that the client sends. */
  body?: { mediaType: string; text: string } | 'none'
}

/** The secret to send with these credentials. */
export function secretFor(credentials: Credentials, given: string): string {
  return credentials === 'wrong secret' ? `not-${given}` : given
}

/** A value that is well-formed as any id or session token, and that no target knows. */
export function randomId(): string {
  return `contract-tests-${randomUUID()}`
}
