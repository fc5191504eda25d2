import { headerParameterNames, operation } from '@connected-apps/contract'
import type { ParameterName } from '@connected-apps/contract'
import { checkParameter } from '@connected-apps/contract/request'

/** Whether a request carries the credentials that the run was given, and if not, what in their place. */
export type Credentials = 'given' | 'wrong secret' | 'none' | 'another scheme'

/** The secret that goes with these credentials. */
export function secretFor(credentials: Credentials, given: string): string {
  return credentials === 'wrong secret' ? `not-${given}` : given
}

/** What a case sends: the revoke that the options describe, except for what is said here. */
export interface CaseRequest {
  /** Path parameters in place of those given, and session headers; not yet encoded. */
  parameters?: Partial<Record<ParameterName, string>>
  /** Added at the end of the path, to miss the operation. */
  pathSuffix?: string
  /** Default: `given`. */
  credentials?: Credentials
  /** A body as text, or `none`. Without it, the client decides. */
  body?: { mediaType: string; text: string } | 'none'
}

/** Whether `@connected-apps/client` can send this request; the others it refuses, or has no words for. */
export function canClientSend({
  parameters = {},
  pathSuffix,
  credentials = 'given',
  body,
}: CaseRequest): boolean {
  const sessions = headerParameterNames.filter((name) => parameters[name] !== undefined)
  return (
    (credentials === 'given' || credentials === 'wrong secret') &&
    body === undefined &&
    pathSuffix === undefined &&
    sessions.length <= 1 &&
    operation.parameters.every(
      ({ name }) =>
        parameters[name] === undefined || checkParameter(name, parameters[name]).length === 0,
    )
  )
}
