import { afterAll, assert, beforeAll, describe, test } from 'vitest'
import { statusOf } from '@connected-apps/contract/examples'
import { contractCases } from './cases.ts'
import { checkDocument } from './document.ts'
import { describeFinding } from './finding.ts'
import type { ContractOptions } from './options.ts'
import type { Report } from './report.ts'
import { openTarget } from './target.ts'
import type { Target } from './target.ts'

/** What `contractSuite` is told beside the options of a run. */
export interface SuiteOptions {
  /** Is handed the report when all tests have ended, to print its coverage or keep it. */
  onReport?: (report: Report) => void
}

/**
 * Registers a vitest test for each example of the document and each case of the contract. What
 * can't be provoked is a skipped test that says why; `require` turns it into a failure.
 *
 * @param options what `runContract` takes, or a function that gives it once the target runs
 * @example
 * contractSuite({ url: 'http://127.0.0.1:4010', projectId: 'project-test-1', secret: 'secret' })
 */
export function contractSuite(
  options: ContractOptions | (() => ContractOptions | Promise<ContractOptions>),
  { onReport }: SuiteOptions = {},
): void {
  describe('the contract', () => {
    let target: Target

    beforeAll(async () => {
      target = await openTarget(typeof options === 'function' ? await options() : options)
    })

    afterAll(() => {
      if (target !== undefined) onReport?.(target.report())
    })

    for (const check of checkDocument()) {
      test(`the document's own ${check.name} is right`, () => {
        assert(check.outcome !== 'failed', check.findings.map(describeFinding).join('\n'))
      })
    }

    for (const each of contractCases) {
      // The suite keeps its own time limit for each request; a `provoke` may take longer.
      test(
        `answers ${statusOf(each.example)} ${each.example} to ${each.name}`,
        { timeout: 0 },
        async ({ skip }) => {
          const check = await target.check(each)
          if (check.outcome === 'not provoked') skip(`not provoked here: ${check.reason}`)
          assert(check.outcome !== 'failed', check.findings.map(describeFinding).join('\n'))
        },
      )
    }

    test('provokes every status that is required', () => {
      const { missing } = target.report()
      assert(missing.length === 0, `required, and not provoked: ${missing.join(', ')}`)
    })
  })
}
