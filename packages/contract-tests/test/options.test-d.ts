import { expectTypeOf, test } from 'vitest'
import type { ExampleName, OperationId, Status } from '@connected-apps/contract'
import { runContract } from '../src/index.ts'
import type { ContractOptions, IdOptions, Report, Trigger } from '../src/index.ts'
import { contractSuite } from '../src/vitest.ts'

const target = { url: 'http://127.0.0.1:4010', projectId: 'project-test-1', secret: 'secret' }

test('the target and its credentials are required', () => {
  // @ts-expect-error the secret is missing
  void runContract({ url: target.url, projectId: target.projectId })
})

test('a misspelled option is rejected', () => {
  // @ts-expect-error the option is timeoutMs
  void runContract({ ...target, timeout: 1000 })
})

test('only statuses and examples of the contract can be required', () => {
  type Required = NonNullable<Exclude<ContractOptions['require'], 'all'>>[number]
  expectTypeOf<418>().not.toExtend<Required>()
  expectTypeOf<'no_such_error'>().not.toExtend<Required>()
  expectTypeOf<Required>().toEqualTypeOf<Status | ExampleName>()
})

test('only operations of the contract can be selected', () => {
  expectTypeOf<NonNullable<ContractOptions['operations']>[number]>().toEqualTypeOf<OperationId>()
})

test('only examples of the contract can be triggered', () => {
  const trigger: Trigger = ({ send, operation }) => {
    expectTypeOf(operation.operationId).toEqualTypeOf<OperationId>()
    return send()
  }
  expectTypeOf<NonNullable<ContractOptions['trigger']>>().toEqualTypeOf<
    Partial<Record<ExampleName, Trigger>>
  >()
  // @ts-expect-error the contract has no such example
  void runContract({ ...target, trigger: { rate_limited: trigger } })
})

test('each id in a path is an option, in camel case', () => {
  expectTypeOf<{ organizationId: string }>().toExtend<IdOptions>()
  // @ts-expect-error the option is organizationId
  void runContract({ ...target, organization_id: 'acme' })
})

test('the suite accepts options, or a function that returns them once the target runs', () => {
  expectTypeOf(contractSuite).parameter(0).toExtend<ContractOptions | (() => unknown)>()
  expectTypeOf(runContract).returns.resolves.toEqualTypeOf<Report>()
})
