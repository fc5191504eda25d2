import type {
  ErrorType,
  HttpError,
  NonconformingHttpError,
  RevokeResult,
} from '@connected-apps/client'
import { ConnectedAppsError } from '@connected-apps/client'
import type {
  ErrorStatus,
  OperationId,
  ResponseBody,
  ResponseViolation,
} from '@connected-apps/contract'
import type { operations } from '@connected-apps/contract/operations'
import { describe, expectTypeOf, test } from 'vitest'

declare const result: RevokeResult
type RevokeId = typeof operations.revokeConnectedApp.operationId

describe('a result', () => {
  test('narrows by ok', () => {
    if (result.ok) {
      expectTypeOf(result.body).toEqualTypeOf<ResponseBody<RevokeId, 200>>()
      expectTypeOf(result.attempts).toEqualTypeOf<number>()
    } else expectTypeOf(result.error).toEqualTypeOf<ConnectedAppsError<RevokeId>>()
    // @ts-expect-error there may be an error
    void result.body
    // @ts-expect-error there may be an error, which has the number itself
    void result.attempts
  })

  test('has only the fields of its kind', () => {
    if (result.ok) return
    const { error } = result
    expectTypeOf(error.attempts).toEqualTypeOf<number>()
    // @ts-expect-error not every kind has a status
    void error.status_code
    if (error.kind === 'timeout')
      expectTypeOf(error.limit).toEqualTypeOf<'timeoutMs' | 'deadlineMs'>()
    if (error.kind === 'network') expectTypeOf(error.code).toEqualTypeOf<string | undefined>()
    if (error.kind === 'argument') expectTypeOf(error.argument).toEqualTypeOf<string>()
  })

  test('has a closed set of kinds', () => {
    if (result.ok) return
    const { kind } = result.error
    expectTypeOf(kind).toEqualTypeOf<
      'http' | 'network' | 'timeout' | 'aborted' | 'decode' | 'argument'
    >()
  })
})

describe('an http error', () => {
  test('narrows by conforms, then by status_code, to the body of that status', () => {
    if (result.ok || result.error.kind !== 'http') return
    const { error } = result
    expectTypeOf(error).toEqualTypeOf<HttpError<RevokeId>>()
    if (!error.conforms) return
    expectTypeOf(error.status_code).toEqualTypeOf<ErrorStatus<RevokeId>>()
    expectTypeOf(error.error_message).toEqualTypeOf<string>()
    expectTypeOf(error.error_url).toEqualTypeOf<string>()
    expectTypeOf(error.request_id).toEqualTypeOf<string>()
    if (error.status_code === 404)
      expectTypeOf(error.body).toEqualTypeOf<ResponseBody<RevokeId, 404>>()
    if (error.status_code === 429)
      expectTypeOf(error.body).toEqualTypeOf<ResponseBody<RevokeId, 429>>()
    // @ts-expect-error 200 is not the status of an error
    void (error.status_code === 200)
    // @ts-expect-error the contract has no such status
    void (error.status_code === 599)
  })

  test('narrows by conforms and status_code in one condition', () => {
    if (result.ok || result.error.kind !== 'http') return
    const { error } = result
    if (error.conforms && error.status_code === 404)
      expectTypeOf(error.body).toEqualTypeOf<ResponseBody<RevokeId, 404>>()
  })

  test('may lack each field of the envelope unless it conforms', () => {
    if (result.ok || result.error.kind !== 'http') return
    const { error } = result
    // A status alone does not narrow: anything in front of the API may send it, too.
    if (error.status_code === 404) {
      expectTypeOf(error.error_message).toEqualTypeOf<string | undefined>()
      expectTypeOf(error.body).toBeUnknown()
    }
    expectTypeOf(error.status_code).toEqualTypeOf<number>()
    if (error.conforms) return
    expectTypeOf(error).toEqualTypeOf<NonconformingHttpError>()
    expectTypeOf(error.error_type).toEqualTypeOf<string | undefined>()
    expectTypeOf(error.error_message).toEqualTypeOf<string | undefined>()
    expectTypeOf(error.error_url).toEqualTypeOf<string | undefined>()
    expectTypeOf(error.request_id).toEqualTypeOf<string | undefined>()
    expectTypeOf(error.body).toBeUnknown()
    expectTypeOf(error.status_code).toEqualTypeOf<number>()
    void (error.status_code === 599)
  })

  test('has what helps support, whether or not it conforms', () => {
    if (result.ok || result.error.kind !== 'http') return
    const { error } = result
    expectTypeOf(error.conforms).toEqualTypeOf<boolean>()
    expectTypeOf(error.violations).toEqualTypeOf<readonly ResponseViolation[]>()
    expectTypeOf(error.headers).toEqualTypeOf<Readonly<Record<string, string>>>()
    expectTypeOf(error.retryAfterMs).toEqualTypeOf<number | undefined>()
    expectTypeOf(error.error_details).toBeUnknown()
    // @ts-expect-error an error is not to be changed
    error.headers['server'] = 'x'
  })

  test('suggests the error_types of each status, and accepts others', () => {
    if (result.ok || result.error.kind !== 'http' || !result.error.conforms) return
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

test('a decode error has a closed set of reasons, and no body', () => {
  if (result.ok || result.error.kind !== 'decode') return
  const { error } = result
  expectTypeOf(error.reason).toEqualTypeOf<
    'redirect' | 'cached' | 'size' | 'status' | 'media type' | 'json' | 'contract'
  >()
  expectTypeOf(error.status_code).toEqualTypeOf<number>()
  expectTypeOf(error.violations).toEqualTypeOf<readonly ResponseViolation[]>()
  expectTypeOf(error.headers).toEqualTypeOf<Readonly<Record<string, string>>>()
  // @ts-expect-error a decode error has no body
  void error.body
  // @ts-expect-error only an http error may conform
  void error.conforms
})

test('instanceof narrows a caught error', () => {
  const caught: unknown = null
  if (caught instanceof ConnectedAppsError) {
    expectTypeOf(caught).toEqualTypeOf<ConnectedAppsError>()
    if (caught.kind === 'http' && caught.conforms && caught.status_code === 401) {
      expectTypeOf(caught.body).toEqualTypeOf<ResponseBody<OperationId, 401>>()
    }
  }
})
