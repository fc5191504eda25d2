import { contractCases } from './cases.ts'
import type { CaseCheck } from './check.ts'
import { checkDocument } from './document.ts'
import type { ContractOptions } from './options.ts'
import { reportOf, requiredStatuses } from './report.ts'
import type { Report } from './report.ts'
import { openTarget } from './target.ts'

/**
 * Runs the suite against a target, one request after the other.
 *
 * It revokes, for real, the access that the ids of the options name.
 *
 * @throws UsageError if an option is wrong or nothing answers at the URL
 * @example
 * const report = await runContract({ url: 'http://127.0.0.1:4010', projectId: 'project-test-1', secret: 'secret' })
 * if (!report.passed) process.exitCode = 1
 */
export async function runContract(options: ContractOptions): Promise<Report> {
  const required = requiredStatuses(options.require)
  const target = await openTarget(options)
  const caseChecks: CaseCheck[] = []
  for (const each of options.cases ?? contractCases) caseChecks.push(await target.check(each))
  return reportOf({
    target: { url: target.url, profile: target.profile },
    documentChecks: checkDocument(),
    caseChecks,
    required,
    coverage: target.coverage(),
  })
}
