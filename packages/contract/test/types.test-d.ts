import { expectTypeOf, test } from 'vitest'
import type { ExampleName } from '../src/examples.ts'
import { exampleBody, statusOf } from '../src/examples.ts'
import type {
  ErrorStatus,
  ParameterName,
  PathParameters,
  ResponseBody,
  Status,
} from '../src/index.ts'

test('statuses are literals', () => {
  expectTypeOf<Status>().toEqualTypeOf<200 | 400 | 401 | 403 | 404 | 429 | 500>()
  expectTypeOf<ErrorStatus>().toEqualTypeOf<400 | 401 | 403 | 404 | 429 | 500>()
})

test('a body is that of its status', () => {
  expectTypeOf<ResponseBody<401>['status_code']>().toEqualTypeOf<401>()
  expectTypeOf<ResponseBody<401>['error_type']>().toEqualTypeOf<string>()
  expectTypeOf<ResponseBody<200>>().not.toHaveProperty('error_type')
})

test('bodies narrow by status_code', () => {
  const narrow = (body: ResponseBody) => (body.status_code === 200 ? undefined : body.error_message)
  expectTypeOf(narrow).returns.toEqualTypeOf<string | undefined>()
})

test('the ids are required', () => {
  expectTypeOf<PathParameters>().toEqualTypeOf<{
    organization_id: string
    member_id: string
    connected_app_id: string
  }>()
})

test('names are those of the contract', () => {
  expectTypeOf<'X-Stytch-Member-Session'>().toExtend<ParameterName>()
  expectTypeOf<ExampleName<403>>().toEqualTypeOf<
    'session_authorization_error' | 'session_authorization_tenancy_error'
  >()
})

test('a named example has the status and the body of its name', () => {
  expectTypeOf(statusOf('too_many_requests')).toEqualTypeOf<429>()
  expectTypeOf(exampleBody('too_many_requests')).toEqualTypeOf<ResponseBody<429>>()
  expectTypeOf(statusOf<ExampleName>).returns.toEqualTypeOf<Status>()
})
