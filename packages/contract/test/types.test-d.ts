import { expectTypeOf, test } from 'vitest'
import type {
  ClientOperation,
  ErrorStatus,
  Example,
  ExampleName,
  HeaderParameters,
  Operation,
  OperationId,
  PathParameters,
  RequestBody,
  ResponseBody,
  Status,
  SuccessStatus,
} from '../src/index.ts'
import { declaresStatus, expandPath } from '../src/index.ts'
import { allOperations, operations } from '../src/operations.ts'

type Operations = typeof operations
type IdsOf<Method extends string> = {
  [Id in OperationId]: Operations[Id]['method'] extends Method ? Id : never
}[OperationId]

test('each operation is one of all', () => {
  expectTypeOf<Operations[OperationId]>().toExtend<Operation>()
  expectTypeOf<OperationId>().toEqualTypeOf<keyof Operations>()
  expectTypeOf(allOperations).toEqualTypeOf<readonly Operation[]>()
})

test('the statuses of an operation are those that have a validator', () => {
  type Declared = { [Id in OperationId]: keyof Operations[Id]['responseBodies'] }
  expectTypeOf<{ [Id in OperationId]: Status<Id> }>().toEqualTypeOf<Declared>()
  expectTypeOf<SuccessStatus>().toExtend<Status>()
  expectTypeOf<ErrorStatus & SuccessStatus>().toBeNever()
})

test('a body is that of its operation and status', () => {
  expectTypeOf<ResponseBody<'revokeConnectedApp', 401>['status_code']>().toEqualTypeOf<401>()
  expectTypeOf<ResponseBody<'revokeConnectedApp', 401>['error_type']>().toEqualTypeOf<string>()
  expectTypeOf<ResponseBody<'revokeConnectedApp', 200>>().not.toHaveProperty('error_type')
})

test('bodies narrow by status_code', () => {
  const narrow = (body: ResponseBody<'revokeConnectedApp'>) =>
    body.status_code === 200 ? undefined : body.error_message
  expectTypeOf(narrow).returns.toEqualTypeOf<string | undefined>()
})

test('a status is narrowed to those that the operation declares', () => {
  const narrow = (status: number) =>
    declaresStatus(operations.revokeConnectedApp, status) ? status : undefined
  expectTypeOf(narrow).returns.toEqualTypeOf<Status<'revokeConnectedApp'> | undefined>()
})

test('only an operation with a request body has a type for it', () => {
  expectTypeOf<RequestBody<IdsOf<'GET'>>>().toBeNever()
  expectTypeOf<RequestBody<IdsOf<'POST'>>>().toExtend<object>()
})

test('path parameters are required, headers are optional', () => {
  expectTypeOf<PathParameters<'revokeConnectedApp'>>().toEqualTypeOf<
    Record<(typeof operations.revokeConnectedApp.pathParameters)[number], string>
  >()
  expectTypeOf<HeaderParameters<'revokeConnectedApp'>>().toEqualTypeOf<
    Partial<Record<(typeof operations.revokeConnectedApp.headerParameters)[number], string>>
  >()
})

test('a path is expanded with the parameters of its operation', () => {
  const ids = { organization_id: 'o', member_id: 'm', connected_app_id: 'c' }
  expectTypeOf(expandPath(operations.revokeConnectedApp, ids)).toBeString()
  // @ts-expect-error a path parameter is missing
  expandPath(operations.revokeConnectedApp, { organization_id: 'o' })
  // Of an operation that is one of all, the parameters are known only at run time.
  expectTypeOf((operation: Operation, values: Record<string, string>) =>
    expandPath(operation, values),
  ).returns.toBeString()
  // A function of any operation passes on what it got.
  expectTypeOf(
    <Id extends OperationId>(operation: ClientOperation<Id>, values: PathParameters<Id>) =>
      expandPath(operation, values),
  ).returns.toBeString()
})

test('the names of examples narrow by status', () => {
  type Examples = Operations['revokeConnectedApp']['examples']
  type Names<S extends number> = ExampleName<'revokeConnectedApp', S>
  expectTypeOf<Names<number>>().toEqualTypeOf<keyof Examples>()
  expectTypeOf<Examples[Names<401>]['status']>().toEqualTypeOf<401>()
  expectTypeOf<Examples[Names<200>]['status']>().toEqualTypeOf<200>()
  expectTypeOf<Names<200> & Names<401>>().toBeNever()
  expectTypeOf<Examples[keyof Examples]>().toExtend<Example>()
})
