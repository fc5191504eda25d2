import { operation } from '@connected-apps/contract'
import type { Status } from '@connected-apps/contract'
import type { Coverage } from './coverage.ts'
import type { Profile } from './options.ts'
import type { ContractViolation } from './verify.ts'

/** The outcome of a check. `skipped` never counts as passed. */
export type Outcome = 'passed' | 'failed' | 'skipped'

/** One check of a run. */
export interface Check {
  /** A sentence, unique in its group. */
  name: string
  /** `document`: an example in the contract's own document; `target`: a response of the target. */
  group: 'document' | 'target'
  outcome: Outcome
  /** Empty unless the check failed. */
  violations: ContractViolation[]
  /** Why the check was skipped. */
  reason?: string
  durationMs: number
}

/** The check of one case against the target. */
export interface CaseCheck extends Check {
  group: 'target'
  status: Status
}

/** The result of a run. */
export interface Report {
  target: { url: string; profile: Profile }
  /** Whether no check failed and no required status is missing. */
  passed: boolean
  /** The examples of the document first, then the cases in the order in which they ran. */
  checks: Check[]
  /** Statuses all of whose cases were skipped, and why. */
  skippedStatuses: { status: Status; reasons: string[] }[]
  /** Skipped statuses that the option `require` names. */
  missingStatuses: Status[]
  coverage: Coverage
}

/** Assembles the report of a run. */
export function createReport(run: {
  target: Report['target']
  documentChecks: Check[]
  caseChecks: CaseCheck[]
  required: readonly Status[]
  coverage: Coverage
}): Report {
  const skippedStatuses = operation.statuses
    .map((status) => ({ status, checks: run.caseChecks.filter((each) => each.status === status) }))
    .filter(({ checks }) => checks.every(({ outcome }) => outcome === 'skipped'))
    .map(({ status, checks }) => ({
      status,
      reasons: [...new Set(checks.flatMap(({ reason }) => reason ?? []))],
    }))
  const missingStatuses = skippedStatuses
    .map(({ status }) => status)
    .filter((status) => run.required.includes(status))
  const checks = [...run.documentChecks, ...run.caseChecks]
  return {
    target: run.target,
    passed: missingStatuses.length === 0 && checks.every(({ outcome }) => outcome !== 'failed'),
    checks,
    skippedStatuses,
    missingStatuses,
    coverage: run.coverage,
  }
}
