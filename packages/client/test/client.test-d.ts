import type {
  Client,
  ConnectedAppsError,
  HttpError,
  RevokeOptions,
  RevokeParams,
  RevokeResponse,
  RevokeResult,
} from '@connected-apps/client'
import {
  B2BClient,
  revoke as revokeFunction,
  tryRevoke as tryRevokeFunction,
} from '@connected-apps/client'
import type {
  ErrorStatus,
  ExampleName,
  OperationId,
  PathParameters,
  ResponseBody,
  SuccessStatus,
} from '@connected-apps/contract'
import type { operations } from '@connected-apps/contract/operations'
import { describe, expectTypeOf, test } from 'vitest'
import type { CallOptions, HeadersOption } from '../src/options.ts'
import type { KnownProperties } from '../src/params.ts'

/** The member of an object at a path such as `organizations.getConnectedApp`. */
type At<Value, Path extends string> = Path extends `${infer Name}.${infer Rest}`
  ? Name extends keyof Value
    ? At<Value[Name], Rest>
    : never
  : Path extends keyof Value
    ? Value[Path]
    : never

/** The path of the no-throw twin of the method at a path. */
type Twin<Path extends string> = Path extends `${infer Name}.${infer Rest}`
  ? `${Name}.${Twin<Rest>}`
  : `try${Capitalize<Path>}`

type ClientMethod<Id extends OperationId> = (typeof operations)[Id]['clientMethod']
type Call<Id extends OperationId> = At<B2BClient, ClientMethod<Id>>
type TryCall<Id extends OperationId> = At<B2BClient, Twin<ClientMethod<Id>>>
/** An error as the contract declares it. */
type Conforming<Id extends OperationId, S extends ErrorStatus<Id>> = Extract<
  HttpError<Id, S>,
  { conforms: true }
>
type Success<Id extends OperationId> = ResponseBody<Id, SuccessStatus<Id>>

declare const client: B2BClient
declare const maybeText: string | undefined
const { revoke, tryRevoke } = client.organizations.members.connectedApps
const ids = { organization_id: 'o', member_id: 'm', connected_app_id: 'c' }
const credentials = { project_id: 'p', secret: 's' }
type RevokeId = typeof operations.revokeConnectedApp.operationId

describe('each operation', () => {
  test('has a method that takes its parameters and options', () => {
    expectTypeOf<{ [I in OperationId]: Parameters<Call<I>>[0] }>().toExtend<{
      [I in OperationId]: PathParameters<I>
    }>()
    expectTypeOf<{ [I in OperationId]: Parameters<Call<I>>[1] }>().toEqualTypeOf<{
      [I in OperationId]: CallOptions<I> | undefined
    }>()
  })

  test('has a method that resolves to the body of its success', () => {
    expectTypeOf<{ [I in OperationId]: ReturnType<Call<I>> }>().toEqualTypeOf<{
      [I in OperationId]: Promise<Success<I>>
    }>()
  })

  test('has a no-throw twin that resolves to its body or its error', () => {
    expectTypeOf<{ [I in OperationId]: Parameters<TryCall<I>> }>().toEqualTypeOf<{
      [I in OperationId]: Parameters<Call<I>>
    }>()
    expectTypeOf<{ [I in OperationId]: ReturnType<TryCall<I>> }>().toEqualTypeOf<{
      [I in OperationId]: Promise<
        | { ok: true; body: Success<I>; attempts: number }
        | { ok: false; error: ConnectedAppsError<I> }
      >
    }>()
  })

  test('has errors that, if they conform, have the body and error_types of their status', () => {
    expectTypeOf<{
      [I in OperationId]: { [S in ErrorStatus<I>]: Conforming<I, S>['body'] }
    }>().toEqualTypeOf<{ [I in OperationId]: { [S in ErrorStatus<I>]: ResponseBody<I, S> } }>()
    expectTypeOf<{
      [I in OperationId]: { [S in ErrorStatus<I>]: Conforming<I, S>['error_type'] }
    }>().toEqualTypeOf<{
      [I in OperationId]: { [S in ErrorStatus<I>]: ExampleName<I, S> | (string & {}) }
    }>()
  })

  test('has a function of the same name that takes a client first', () => {
    expectTypeOf(revokeFunction).parameters.toEqualTypeOf<[Client, ...Parameters<typeof revoke>]>()
    expectTypeOf(revokeFunction).returns.toEqualTypeOf<ReturnType<typeof revoke>>()
    expectTypeOf(tryRevokeFunction).returns.toEqualTypeOf<ReturnType<typeof tryRevoke>>()
  })
})

describe('what the contract may gain', () => {
  test('named properties of a request body are parameters, an open body adds none', () => {
    interface Body {
      reason: string
      notify?: boolean
      [name: string]: unknown
    }
    expectTypeOf<KnownProperties<Body>>().toEqualTypeOf<{ reason: string; notify?: boolean }>()
    // oxlint-disable-next-line typescript/no-generated-empty-object-type -- it has to be empty
    expectTypeOf<keyof KnownProperties<{ [name: string]: unknown }>>().toEqualTypeOf<never>()
    expectTypeOf<keyof KnownProperties<never>>().toEqualTypeOf<never>()
  })

  test('a header that the contract requires makes the options required', () => {
    interface Required {
      headers: HeadersOption<{ 'X-Reason': string }>
    }
    expectTypeOf<HeadersOption<{ 'X-Reason'?: string }>>().toExtend<{ headers?: unknown }>()
    expectTypeOf<object>().toExtend<HeadersOption<{ 'X-Reason'?: string }>>()
    expectTypeOf<object>().not.toExtend<Required['headers']>()
    // @ts-expect-error the header is missing
    const missing: Required['headers'] = { headers: { 'X-Request-Id': '1' } }
    const given: Required['headers'] = { headers: { 'X-Reason': 'left', 'X-Request-Id': '1' } }
    void [missing, given]
  })
})

describe('the config', () => {
  test('rejects misspelled and unknown options', () => {
    // @ts-expect-error the option is timeoutMs
    void new B2BClient({ ...credentials, timeout: 1 })
    // @ts-expect-error the option is baseUrl
    void new B2BClient({ ...credentials, baseURL: 'https://example.com' })
    // @ts-expect-error the hook is onRequest
    void new B2BClient({ ...credentials, hooks: { onRequst: () => undefined } })
  })

  test('may leave the credentials to the environment, but not pass undefined', () => {
    void new B2BClient()
    void new B2BClient({})
    void new B2BClient({ project_id: 'p' })
    // @ts-expect-error the secret may be undefined
    void new B2BClient({ ...credentials, secret: maybeText })
    // @ts-expect-error the project_id may be undefined
    void new B2BClient({ ...credentials, project_id: maybeText })
    // @ts-expect-error the baseUrl may be undefined
    void new B2BClient({ ...credentials, baseUrl: maybeText })
  })

  test('takes any extra headers, with values that have one text', () => {
    void new B2BClient({ headers: { 'X-Correlation-Id': 'c', 'X-Number': 1, 'X-None': maybeText } })
    // @ts-expect-error an object has no one text
    void new B2BClient({ headers: { 'X-Object': {} } })
    // @ts-expect-error null has no one text
    void new B2BClient({ headers: { 'X-Null': null } })
  })

  test('has a limit for the size of responses', () => {
    void new B2BClient({ ...credentials, maxResponseBytes: 1_024 })
    // @ts-expect-error it is a number of bytes
    void new B2BClient({ ...credentials, maxResponseBytes: '1 MiB' })
  })
})

describe('a call', () => {
  test('requires each id', () => {
    // @ts-expect-error connected_app_id is missing
    void revoke({ organization_id: 'o', member_id: 'm' })
    // @ts-expect-error organization_id is misspelled
    void revoke({ ...ids, organisation_id: 'o' })
    // @ts-expect-error an id is a string
    void revoke({ ...ids, member_id: 7 })
  })

  test('rejects misspelled options', () => {
    // @ts-expect-error the option is authorization
    void revoke(ids, { authorisation: { session_token: 't' } })
    // @ts-expect-error the property is session_token
    void revoke(ids, { authorization: { session_tokn: 't' } })
    // @ts-expect-error the option is maxRetries
    void revoke(ids, { retries: 1 })
    void revoke(ids, { headers: { 'X-Correlation-Id': '1' }, maxResponseBytes: 1 })
    // @ts-expect-error a header is text
    void revoke(ids, { headers: { 'X-Correlation-Id': {} } })
  })

  test('accepts at most one session', () => {
    void revoke(ids, { authorization: { session_token: 't' } })
    void revoke(ids, { authorization: { session_jwt: 'j' } })
    // @ts-expect-error both sessions are set
    void revoke(ids, { authorization: { session_token: 't', session_jwt: 'j' } })
    // @ts-expect-error no session is set
    void revoke(ids, { authorization: {} })
    // @ts-expect-error the session may be undefined
    void revoke(ids, { authorization: { session_token: maybeText } })
    // @ts-expect-error to leave it out is to call without a permission check
    void revoke(ids, { authorization: undefined })
    expectTypeOf<{ signal: AbortSignal }>().toExtend<RevokeOptions>()
  })

  test('resolves to the body of a 200', () => {
    expectTypeOf<RevokeParams>().toEqualTypeOf<Parameters<typeof revoke>[0]>()
    expectTypeOf(revoke(ids)).resolves.toEqualTypeOf<RevokeResponse>()
    expectTypeOf<RevokeResponse>().toEqualTypeOf<ResponseBody<RevokeId, 200>>()
    expectTypeOf(tryRevoke(ids)).resolves.toEqualTypeOf<RevokeResult>()
    // @ts-expect-error a 200 has no error_type
    void revoke(ids).then((body) => body.error_type)
  })
})
