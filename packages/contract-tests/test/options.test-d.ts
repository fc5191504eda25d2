import { expectTypeOf, test } from 'vitest'
import { runContract } from '../src/index.ts'
import type { ContractOptions, Report, Trigger } from '../src/index.ts'
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

test('only statuses of the contract can be required', () => {
  expectTypeOf<418>().not.toExtend<
    NonNullable<Exclude<ContractOptions['require'], 'all'>>[number]
  >()
  expectTypeOf<429>().toExtend<NonNullable<Exclude<ContractOptions['require'], 'all'>>[number]>()
})

test('only examples of the contract can be triggered', () => {
  const trigger: Trigger = ({ send }) => send()
  void runContract({ ...target, trigger: { too_many_requests: trigger } })
  // @ts-expect-error the example is called too_many_requests
  void runContract({ ...target, trigger: { rate_limited: trigger } })
})

test('the suite accepts options, or a function that returns them once the target runs', () => {
  expectTypeOf(contractSuite).parameter(0).toExtend<ContractOptions | (() => unknown)>()
  expectTypeOf(runContract).returns.resolves.toEqualTypeOf<Report>()
})
