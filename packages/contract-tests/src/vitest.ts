import { afterAll, assert, beforeAll, describe, test } from 'vitest'
import type { OperationId } from '@connected-apps/contract'
import { contract } from '@connected-apps/contract/operations'
import { contractCases } from './cases.ts'
import type { Case } from './cases.ts'
import { checkDocument } from './document.ts'
import type { ContractOptions } from './options.ts'
import type { Check, Report } from './report.ts'
import { createTarget } from './target.ts'
import type { Target } from './target.ts'
import { describeViolation } from './verify.ts'

/** The options of `contractSuite` in addition to those of a run. */
export interface SuiteOptions {
  /** Receives the report after the last test, for example to print or store its coverage. */
  onReport?: (report: Report) => void
}

/**
 * Registers a vitest test for each example in the document and each case of the contract, grouped by
 * operation. A case that cannot be run is a skipped test with the reason, or, with `require`, a failure.
 *
 * @param options the options of `runContract`, or a function that returns them once the target runs
 * @example
 * contractSuite({ url: 'http://127.0.0.1:4010', projectId: 'project-test-1', secret: 'secret' })
 */
export function contractSuite(
  options: ContractOptions | (() => ContractOptions | Promise<ContractOptions>),
  { onReport }: SuiteOptions = {},
): void {
  describe(`the contract ${contract.title} ${contract.version}`, () => {
    let target: Target

    // No timeout, since the target may have to start first; each request has its own.
    beforeAll(async () => {
      target = await createTarget(typeof options === 'function' ? await options() : options)
      await target.checkAccess()
    }, 0)

    afterAll(() => {
      if (target !== undefined) onReport?.(target.report())
    })

    for (const check of checkDocument()) {
      test(`has a valid example in its document: ${check.name}`, () => {
        assert(check.outcome !== 'failed', describeAll(check))
      })
    }

    for (const [operationId, cases] of consecutive(contractCases)) {
      describe(`the operation ${operationId}`, () => {
        for (const each of cases) registerCase(each, () => target)
      })
    }

    test('receives everything that is required', () => {
      const { missingStatuses, missingExamples } = target.report()
      const missing = [...missingStatuses, ...missingExamples.map(({ example }) => example)]
      assert(missing.length === 0, `required, but missing: ${missing.join(', ')}`)
    })
  })
}

function registerCase(each: Case, target: () => Target): void {
  const { status, example, name } = each
  // Each request has its own timeout, and a trigger may take longer than vitest's default.
  test(`responds ${status} ${example} to ${name}`, { timeout: 0 }, async ({ skip }) => {
    // The options, which select the operations, may not have been available earlier.
    if (!target().selects(each)) skip('the option operations does not select it')
    const check = await target().check(each)
    if (check.outcome === 'skipped') skip(check.reason)
    assert(check.outcome !== 'failed', describeAll(check))
  })
}

/** Groups consecutive cases of an operation, which keeps their order; an operation may occur several times. */
function consecutive(cases: readonly Case[]): [OperationId, Case[]][] {
  const groups: [OperationId, Case[]][] = []
  for (const each of cases) {
    const { operationId } = each.operation
    const [lastId, last] = groups.at(-1) ?? []
    if (operationId === lastId) last?.push(each)
    else groups.push([operationId, [each]])
  }
  return groups
}

function describeAll({ violations }: Check): string {
  return violations.map(describeViolation).join('\n')
}
