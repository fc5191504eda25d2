import type {
  B2BClientConfig,
  Fetch,
  HttpError,
  RevokeOptions,
  RevokeResult,
} from '@connected-apps/client'
import { B2BClient, ConnectedAppsError } from '@connected-apps/client'
import type { ErrorStatus, ResponseBody } from '@connected-apps/contract'
import { describe, expectTypeOf, test } from 'vitest'

declare const client: B2BClient
declare const result: RevokeResult
const { revoke, tryRevoke } = client.organizations.members.connectedApps
const ids = { organization_id: 'o', member_id: 'm', connected_app_id: 'c' }
const credentials = { project_id: 'p', secret: 's' }

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
    expectTypeOf(revoke(ids)).resolves.toEqualTypeOf<ResponseBody<200>>()
    expectTypeOf(tryRevoke(ids)).resolves.toEqualTypeOf<RevokeResult>()
    // @ts-expect-error a 200 has no error_type
    void revoke(ids).then((body) => body.error_type)
  })
})

describe('a result', () => {
  test('narrows by ok', () => {
    if (result.ok) expectTypeOf(result.body).toEqualTypeOf<ResponseBody<200>>()
    else expectTypeOf(result.error).toEqualTypeOf<ConnectedAppsError>()
    // @ts-expect-error there may be an error
    void result.body
  })

  test('narrows by kind, then by status_code to the body of that status', () => {
    if (result.ok || result.error.kind !== 'http') return
    const { error } = result
    expectTypeOf(error).toEqualTypeOf<HttpError>()
    expectTypeOf(error.status_code).toEqualTypeOf<ErrorStatus>()
    if (error.status_code === 404) expectTypeOf(error.body).toEqualTypeOf<ResponseBody<404>>()
    if (error.status_code === 429) expectTypeOf(error.body).toEqualTypeOf<ResponseBody<429>>()
    // @ts-expect-error 200 is not the status of an error
    void (error.status_code === 200)
    // @ts-expect-error the contract has no such status
    void (error.status_code === 502)
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
    expectTypeOf<HttpError<401>['error_type']>().toEqualTypeOf<
      'unauthorized_credentials' | (string & {})
    >()
  })
})

test('instanceof narrows a caught error', () => {
  const caught: unknown = null
  if (caught instanceof ConnectedAppsError) {
    expectTypeOf(caught).toEqualTypeOf<ConnectedAppsError>()
    if (caught.kind === 'http' && caught.status_code === 401) {
      expectTypeOf(caught.body).toEqualTypeOf<ResponseBody<401>>()
    }
  }
})
