import { isStatus, operation } from '@connected-apps/contract'
import type { Status } from '@connected-apps/contract'
import type { CaseCheck, Check } from './check.ts'
import type { Coverage } from './coverage.ts'
import type { ContractOptions, Profile } from './options.ts'
import { UsageError } from './usage-error.ts'

/** What a run found. */
export interface Report {
  target: { url: string; profile: Profile }
  /** Whether no check failed and every required status was provoked. */
  passed: boolean
  /** Examples of the document first, then the cases in the order in which they ran. */
  checks: Check[]
  /** Statuses that no case provoked, and why. */
  notProvoked: { status: Status; reasons: string[] }[]
  /** Those of them that `require` demands. */
  missing: Status[]
  coverage: Coverage
}

/** The statuses that `require` demands. Throws a {@link UsageError}. */
export function requiredStatuses(required: ContractOptions['require'] = []): readonly Status[] {
  if (required === 'all') return operation.statuses
  const unknown = required.find((status) => !isStatus(status))
  if (unknown === undefined) return required
  throw new UsageError(
    `the contract has no status ${String(unknown)}; require some of ${operation.statuses.join(', ')}, or all`,
  )
}

/** Puts the checks of a run together. */
export function reportOf(run: {
  target: Report['target']
  documentChecks: Check[]
  caseChecks: CaseCheck[]
  required: readonly Status[]
  coverage: Coverage
}): Report {
  const notProvoked = operation.statuses
    .map((status) => ({ status, checks: run.caseChecks.filter((each) => each.status === status) }))
    .filter(({ checks }) => checks.every(({ outcome }) => outcome === 'not provoked'))
    .map(({ status, checks }) => ({
      status,
      reasons: checks.flatMap(({ reason }) => reason ?? []),
    }))
  const missing = notProvoked
    .map(({ status }) => status)
    .filter((status) => run.required.includes(status))
  const checks = [...run.documentChecks, ...run.caseChecks]
  return {
    target: run.target,
    passed: missing.length === 0 && checks.every(({ outcome }) => outcome !== 'failed'),
    checks,
    notProvoked,
    missing,
    coverage: run.coverage,
  }
}
