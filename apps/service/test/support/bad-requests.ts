import type { Operation } from '@connected-apps/contract'
import { allOperations } from '@connected-apps/contract/operations'
import * as fc from 'fast-check'
import { maxBodyBytes } from '../../src/operation/endpoint.ts'
import { basic, idsOf, pathFor } from './operations.ts'
import type { Tenant } from './tenant.ts'

/** The parts of a request, each of which can be made invalid. */
export interface RequestParts {
  operation: Operation
  method: string
  /** Replaces the operation's path. */
  path?: string
  /** The values of the operation's path parameters. */
  ids: Record<string, string>
  headers: Record<string, string>
  body: Uint8Array | undefined
}

type Mutation = (parts: RequestParts) => RequestParts

/** Text that an attacker might send instead of an id. */
export const hostile = fc.oneof(
  fc.string({ unit: 'binary', minLength: 1, maxLength: 200 }),
  fc.string({ minLength: 1 }),
  // Well-formed, but not the id of anything.
  fc.stringMatching(/^[A-Za-z0-9-]{1,64}$/),
  fc.stringMatching(/^[A-Za-z0-9-]{1,64}$/),
  fc.constantFrom(
    '.',
    '..',
    '%00',
    '\0',
    "' OR '1'='1",
    "'; DROP TABLE grants; --",
    '$1',
    '{organization_id}',
    '../../health/live',
    '__proto__',
    'constructor',
    'a'.repeat(129),
    'a'.repeat(5000),
    '\u{1f984}',
    '\ud800',
    '\u202e',
  ),
)

/** Header values that HTTP libraries accept. */
const headerValue = fc
  .string({
    unit: fc.integer({ min: 0x20, max: 0xff }).map((code) => String.fromCharCode(code)),
    maxLength: 300,
  })
  .filter((text) => text.trim() === text && !text.includes('\x7f'))

const base64url = (value: unknown): string =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url')

const jwt = fc
  .tuple(
    fc.oneof(
      fc.record(
        {
          alg: fc.constantFrom('none', 'RS256', 'HS256', 'ES256', ''),
          kid: fc.string(),
          crit: fc.jsonValue(),
        },
        { requiredKeys: [] },
      ),
      fc.jsonValue(),
      fc.string(),
    ),
    fc.oneof(
      fc.record(
        {
          iss: fc.string(),
          aud: fc.jsonValue(),
          sub: fc.jsonValue(),
          exp: fc.oneof(fc.integer(), fc.string()),
          'https://stytch.com/session': fc.oneof(fc.record({ id: fc.jsonValue() }), fc.jsonValue()),
        },
        { requiredKeys: [] },
      ),
      fc.string(),
    ),
    fc.uint8Array({ minLength: 1, maxLength: 256 }),
  )
  .map(([header, payload, signature]) =>
    [base64url(header), base64url(payload), Buffer.from(signature).toString('base64url')].join('.'),
  )

const json = 'application/json'

const brokenBody: fc.Arbitrary<[contentType: string, body: Uint8Array]> = fc.oneof(
  fc
    .jsonValue()
    .filter((value) => typeof value !== 'object' || value === null || Array.isArray(value))
    .map((value): [string, Uint8Array] => [json, Buffer.from(JSON.stringify(value))]),
  fc
    .uint8Array({ minLength: 1, maxLength: 300 })
    .filter((bytes) => !isJsonObject(bytes))
    .map((bytes): [string, Uint8Array] => [json, bytes]),
  fc
    .constantFrom('text/plain', 'application/x-www-form-urlencoded', 'application/jsonp', 'x', '')
    .map((type): [string, Uint8Array] => [type, Buffer.from('{}')]),
  fc.constant<[string, Uint8Array]>([json, Buffer.from('['.repeat(maxBodyBytes))]),
  fc.constant<[string, Uint8Array]>([json, Buffer.alloc(maxBodyBytes + 1, ' ')]),
)

function isJsonObject(bytes: Uint8Array): boolean {
  try {
    const value: unknown = JSON.parse(Buffer.from(bytes).toString())
    return typeof value === 'object' && value !== null && !Array.isArray(value)
  } catch {
    return false // it isn't JSON
  }
}

function wrongId(name: string): fc.Arbitrary<Mutation> {
  return hostile.map((id) => (parts) => ({ ...parts, ids: { ...parts.ids, [name]: id } }))
}

function wrongHeader(name: string, value: fc.Arbitrary<string>): fc.Arbitrary<Mutation> {
  return value.map((text) => (parts) => ({
    ...parts,
    headers: { ...parts.headers, [name]: text },
  }))
}

/** Each of these alone prevents a response with status 200. */
function mutationsOf({ path, pathParameters, sessionHeaders, request }: Operation) {
  const { token = '', jwt: jwtHeader = '' } = sessionHeaders
  const declared = allOperations.filter((each) => each.path === path).map(({ method }) => method)
  const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'PROPFIND']
  return fc.oneof(
    ...pathParameters.map(wrongId),
    wrongHeader('authorization', headerValue),
    wrongHeader(
      'authorization',
      fc.tuple(fc.string({ unit: 'binary' }), fc.string()).map(([user, word]) => basic(user, word)),
    ),
    wrongHeader(token, headerValue),
    wrongHeader(token, fc.stringMatching(/^[A-Za-z0-9_-]{1,64}$/)),
    wrongHeader(jwtHeader, fc.oneof(headerValue, jwt)),
    ...(request === undefined
      ? []
      : [
          brokenBody.map(([contentType, body]) => (parts: RequestParts) => ({
            ...parts,
            headers: { ...parts.headers, 'content-type': contentType },
            body,
          })),
        ]),
    fc
      .constantFrom(...methods.filter((method) => !declared.includes(method)))
      .map((method) => (parts: RequestParts) => ({ ...parts, method })),
    fc
      .webPath()
      .filter(
        (each) => !/^\/(health|metrics|oauth2|interaction|\.well-known|v1\/b2b\/sess)/.test(each),
      )
      // There is a page at `/`.
      .filter((each) => new URL(`http://localhost${each}`).pathname !== '/')
      .map((each) => (parts: RequestParts) => ({ ...parts, path: each })),
  )
}

/** Requests of any operation that are valid except for one to three mutations. */
export function badRequests(tenant: Tenant): fc.Arbitrary<RequestParts> {
  return fc.constantFrom(...allOperations).chain((operation) => {
    const valid: RequestParts = {
      operation,
      method: operation.method,
      ids: idsOf(tenant),
      headers: { authorization: basic(tenant.projectId, tenant.secret) },
      body: undefined,
    }
    return fc
      .array(mutationsOf(operation), { minLength: 1, maxLength: 3 })
      .map((mutations) => mutations.reduce((parts, apply) => apply(parts), valid))
  })
}

/** The request target, with the ids percent-encoded as clients do. */
export function targetOf({ operation, path, ids }: RequestParts): string {
  if (path !== undefined) return path
  const encoded = Object.entries(ids).map(([name, id]) => [name, encode(id)])
  return pathFor(operation, Object.fromEntries(encoded))
}

function encode(id: string): string {
  return encodeURIComponent(Buffer.from(id).toString())
}
