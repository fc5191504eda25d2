import type {
  B2BClientConfig,
  ErrorType,
  Fetch,
  HttpError,
  RevokeOptions,
  RevokeParams,
  RevokeResponse,
  RevokeResult,
} from '@connected-apps/client'
import { B2BClient, ConnectedAppsError } from '@connected-apps/client'
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
import type { CallOptions, Named, OtherHeaders } from '../src/options.ts'

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
type Success<Id extends OperationId> = ResponseBody<Id, SuccessStatus<Id>>

declare const client: B2BClient
declare const result: RevokeResult
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
        { ok: true; body: Success<I> } | { ok: false; error: ConnectedAppsError<I> }
      >
    }>()
  })

  test('has errors whose body and error_type follow from the status', () => {
    expectTypeOf<{
      [I in OperationId]: { [S in ErrorStatus<I>]: HttpError<I, S>['body'] }
    }>().toEqualTypeOf<{ [I in OperationId]: { [S in ErrorStatus<I>]: ResponseBody<I, S> } }>()
    expectTypeOf<{
      [I in OperationId]: { [S in ErrorStatus<I>]: HttpError<I, S>['error_type'] }
    }>().toEqualTypeOf<{
      [I in OperationId]: { [S in ErrorStatus<I>]: ExampleName<I, S> | (string & {}) }
    }>()
  })
})

describe('what the contract may gain', () => {
  test('named properties of a request body are parameters, an open body adds none', () => {
    interface Body {
      reason: string
      notify?: boolean
      [name: string]: unknown
    }
    expectTypeOf<Named<Body>>().toEqualTypeOf<{ reason: string; notify?: boolean }>()
    // oxlint-disable-next-line typescript/no-generated-empty-object-type -- it has to be empty
    expectTypeOf<keyof Named<{ [name: string]: unknown }>>().toEqualTypeOf<never>()
    expectTypeOf<keyof Named<never>>().toEqualTypeOf<never>()
  })

  test('headers are options, except those of a session', () => {
    interface Headers {
      'X-Session'?: string
      'X-Request-Id'?: string
    }
    expectTypeOf<OtherHeaders<Headers, 'X-Session'>>().toEqualTypeOf<Omit<Headers, 'X-Session'>>()
    // @ts-expect-error no header is left
    const none: OtherHeaders<Headers, keyof Headers> = { 'X-Request-Id': '1' }
    void none
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

  test('requires both credentials', () => {
    // @ts-expect-error secret is missing
    void new B2BClient({ project_id: 'p' })
    // @ts-expect-error project_id is missing
    void new B2BClient({ secret: 's' })
  })

  test('accepts the global fetch', () => {
    expectTypeOf<typeof fetch>().toExtend<Fetch>()
    expectTypeOf<{ project_id: string; secret: string }>().toExtend<B2BClientConfig>()
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
    // @ts-expect-error the contract declares no such header
    void revoke(ids, { headers: { 'X-Undeclared': '1' } })
  })

  test('accepts at most one session', () => {
    void revoke(ids, { authorization: { session_token: 't' } })
    void revoke(ids, { authorization: { session_jwt: 'j' } })
    // @ts-expect-error both sessions are set
    void revoke(ids, { authorization: { session_token: 't', session_jwt: 'j' } })
    // @ts-expect-error no session is set
    void revoke(ids, { authorization: {} })
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

describe('a result', () => {
  test('narrows by ok', () => {
    if (result.ok) expectTypeOf(result.body).toEqualTypeOf<ResponseBody<RevokeId, 200>>()
    else expectTypeOf(result.error).toEqualTypeOf<ConnectedAppsError<RevokeId>>()
    // @ts-expect-error there may be an error
    void result.body
  })

  test('narrows by kind, then by status_code to the body of that status', () => {
    if (result.ok || result.error.kind !== 'http') return
    const { error } = result
    expectTypeOf(error).toEqualTypeOf<HttpError<RevokeId>>()
    expectTypeOf(error.status_code).toEqualTypeOf<ErrorStatus<RevokeId>>()
    if (error.status_code === 404)
      expectTypeOf(error.body).toEqualTypeOf<ResponseBody<RevokeId, 404>>()
    if (error.status_code === 429)
      expectTypeOf(error.body).toEqualTypeOf<ResponseBody<RevokeId, 429>>()
    // @ts-expect-error 200 is not the status of an error
    void (error.status_code === 200)
    // @ts-expect-error the contract has no such status
    void (error.status_code === 599)
  })

  test('has only the fields of its kind', () => {
    if (result.ok) return
    const { error } = result
    expectTypeOf(error.attempts).toEqualTypeOf<number>()
    // @ts-expect-error not every kind has a status
    void error.status_code
    if (error.kind === 'timeout')
      expectTypeOf(error.limit).toEqualTypeOf<'timeoutMs' | 'deadlineMs'>()
    if (error.kind === 'decode') expectTypeOf(error.status_code).toEqualTypeOf<number>()
    // @ts-expect-error a decode error has no body
    if (error.kind === 'decode') void error.body
    if (error.kind === 'argument') expectTypeOf(error.argument).toEqualTypeOf<string>()
  })

  test('has a closed set of kinds', () => {
    if (result.ok) return
    const { kind } = result.error
    expectTypeOf(kind).toEqualTypeOf<
      'http' | 'network' | 'timeout' | 'aborted' | 'decode' | 'argument'
    >()
  })

  test('suggests the error_types of each status, and accepts others', () => {
    if (result.ok || result.error.kind !== 'http') return
    const { error } = result
    expectTypeOf<'brand_new'>().toExtend<typeof error.error_type>()
    if (error.status_code === 403) {
      expectTypeOf<'session_authorization_error'>().toExtend<typeof error.error_type>()
    }
    if (error.status_code === 401) {
      expectTypeOf(error.error_type).toEqualTypeOf<ErrorType<RevokeId, 401>>()
      // It completes the documented values only as long as no plain string absorbs them.
      expectTypeOf<string>().not.toEqualTypeOf<typeof error.error_type>()
    }
  })
})

test('instanceof narrows a caught error', () => {
  const caught: unknown = null
  if (caught instanceof ConnectedAppsError) {
    expectTypeOf(caught).toEqualTypeOf<ConnectedAppsError>()
    if (caught.kind === 'http' && caught.status_code === 401) {
      expectTypeOf(caught.body).toEqualTypeOf<ResponseBody<OperationId, 401>>()
    }
  }
})
