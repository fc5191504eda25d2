import type { Case } from './case.ts'
import { contractCases } from './cases.ts'
import type { ContractOptions } from './options.ts'
import type { Report } from './report.ts'
import { openTarget } from './target.ts'
import type { Target } from './target.ts'

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
  return runCases(await openTarget(options), contractCases)
}

/** Runs these cases, one after the other. */
export async function runCases(target: Target, cases: readonly Case[]): Promise<Report> {
  for (const each of cases) await target.check(each)
  return target.report()
}
