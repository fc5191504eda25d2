import { randomUUID } from 'node:crypto'
import { checkParameter } from '@connected-apps/contract'
import type { Operation } from '@connected-apps/contract'
import type { RunSettings } from '../options.ts'

/** The credentials of a request: those of the run, or a replacement. */
export type Credentials =
  | 'given'
  | 'a wrong secret'
  | 'no credentials'
  | 'credentials of another scheme'

/** How the request of a case differs from the well-formed request with the ids and credentials of the run. */
export interface CaseRequest {
  /** Values that replace those of parameters, not yet encoded; `null` omits a parameter. */
  parameters?: Record<string, string | null>
  /** Appended to the path, so that it no longer matches an operation. */
  pathSuffix?: string
  /** Default: `given`. */
  credentials?: Credentials
  /** The body as text, or `none`. Default: the first example of the operation, if it takes a body. */
  body?: { mediaType: string; text: string } | 'none'
  /** Additional headers, which the contract does not declare. */
  headers?: Record<string, string>
}

/** The value of each parameter that the request sends, not yet encoded. */
export function parameterValues(
  { parameters }: Operation,
  request: CaseRequest,
  { ids }: RunSettings,
): Record<string, string> {
  const values = Object.entries(parameters).flatMap(([name, { required, example }]) => {
    const given = ids[name] ?? (required ? String(example) : null)
    const replacement = request.parameters?.[name]
    const value = replacement === undefined ? given : replacement
    return value === null ? [] : [[name, value]]
  })
  return Object.fromEntries(values)
}

/** Picks the values of these parameters. */
export function pick(
  values: Record<string, string>,
  names: readonly string[],
): Record<string, string> {
  return Object.fromEntries(Object.entries(values).filter(([name]) => names.includes(name)))
}

/** The default body of a request, as a JSON value; undefined if the operation takes none. */
export function defaultBody({ requestBody, request }: Operation): unknown {
  return requestBody === undefined ? undefined : (Object.values(request?.examples ?? {})[0] ?? {})
}

/** The secret to send with these credentials. */
export function secretFor(credentials: Credentials, given: string): string {
  return credentials === 'a wrong secret' ? `not-${given}` : given
}

/** The `user-id:password` of HTTP Basic, in Base64 (RFC 7617). */
export function basicCredentials(
  credentials: Credentials,
  { projectId, secret }: RunSettings,
): string {
  return Buffer.from(`${projectId}:${secretFor(credentials, secret)}`).toString('base64')
}

/** A random, well-formed value of the parameter, which exists at no target; undefined if none is well-formed. */
export function randomValue(parameter: Operation['parameters'][string]): string | undefined {
  const uuid = randomUUID()
  return [`contract-tests-${uuid}`, uuid].find(
    (value) => checkParameter(parameter, value).length === 0,
  )
}
