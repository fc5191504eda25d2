import type { Operation, OperationId } from '@connected-apps/contract'
import { contract } from '@connected-apps/contract/operations'
import type { Coverage } from './coverage.ts'
import { declaredStatuses } from './options.ts'
import type { Profile, RunSettings } from './options.ts'
import type { ContractViolation } from './verify.ts'

/** The outcome of a check. `skipped` never counts as passed. */
export type Outcome = 'passed' | 'failed' | 'skipped'

/** One check of a run. */
export interface Check {
  /** The operation that was requested; absent if an example in the contract's document was checked. */
  operation?: OperationId
  /** Describes the check. Unique within its operation. */
  name: string
  outcome: Outcome
  /** Empty unless the check failed. */
  violations: ContractViolation[]
  /** Why the check was skipped. */
  reason?: string
  durationMs: number
}

/** The check of one case against the target. */
export interface CaseCheck extends Check {
  operation: OperationId
  status: number
  /** The name of the expected example. */
  example: string
}

/** The result of a run. */
export interface Report {
  /** The contract that the target was tested against. */
  contract: { title: string; version: string }
  target: { url: string; profile: Profile }
  /** The operations that were run. */
  operations: OperationId[]
  /** Whether no check failed and nothing required is missing. */
  passed: boolean
  /** The examples of the document first, then the cases in the order in which they ran. */
  checks: Check[]
  /** The statuses for which an operation had all cases skipped, with these operations and the reasons. */
  skippedStatuses: { status: number; operations: OperationId[]; reasons: string[] }[]
  /** Skipped statuses that the option `require` names. */
  missingStatuses: number[]
  /** Examples that the option `require` names, but no valid response matched, with the operations and the reasons. */
  missingExamples: { example: string; operations: OperationId[]; reasons: string[] }[]
  /** The coverage of each operation. */
  coverage: Partial<Record<OperationId, Coverage>>
}

/** Assembles the report of a run. */
export function createReport(run: {
  settings: RunSettings
  profile: Profile
  documentChecks: Check[]
  caseChecks: CaseCheck[]
  coverage: Report['coverage']
}): Report {
  const { operations, requiredStatuses, url } = run.settings
  const checksFor = (status: number, { operationId }: Operation) =>
    run.caseChecks.filter((check) => check.operation === operationId && check.status === status)
  const skippedStatuses = declaredStatuses(operations).flatMap((status) => {
    const skipped = operations.filter(
      (operation) =>
        Object.hasOwn(operation.responseBodies, status) &&
        checksFor(status, operation).every(({ outcome }) => outcome === 'skipped'),
    )
    if (skipped.length === 0) return []
    const checks = skipped.flatMap((operation) => checksFor(status, operation))
    const reasons = [...new Set(checks.flatMap(({ reason }) => reason ?? []))]
    return { status, operations: skipped.map(({ operationId }) => operationId), reasons }
  })
  const missingStatuses = skippedStatuses
    .map(({ status }) => status)
    .filter((status) => requiredStatuses.includes(status))
  const missingExamples = findMissingExamples(run)
  const checks = [...run.documentChecks, ...run.caseChecks]
  return {
    contract: { title: contract.title, version: contract.version },
    target: { url, profile: run.profile },
    operations: operations.map(({ operationId }) => operationId),
    passed:
      missingStatuses.length === 0 &&
      missingExamples.length === 0 &&
      checks.every(({ outcome }) => outcome !== 'failed'),
    checks,
    skippedStatuses,
    missingStatuses,
    missingExamples,
    coverage: run.coverage,
  }
}

function findMissingExamples({
  settings: { operations, requiredExamples },
  caseChecks,
  coverage,
}: Pick<
  Parameters<typeof createReport>[0],
  'settings' | 'caseChecks' | 'coverage'
>): Report['missingExamples'] {
  return requiredExamples.flatMap((example) => {
    const missing = operations
      .map(({ operationId }) => operationId)
      .filter((id) =>
        coverage[id]?.examples.some(({ name, covered }) => name === example && !covered),
      )
    if (missing.length === 0) return []
    const reasons = caseChecks
      .filter((check) => check.example === example && missing.includes(check.operation))
      .map(({ reason }) => reason ?? 'no valid response matched it')
    return { example, operations: missing, reasons: [...new Set(reasons)] }
  })
}

/** The checks of the document, which have no operation, or those of an operation. */
export function checksOf({ checks }: Report, operation: OperationId | undefined): Check[] {
  return checks.filter((check) => check.operation === operation)
}

/** Describes why a status was skipped or an example is missing, and for which operations, if not for all. */
export function describeSkipped(
  report: Report,
  { operations, reasons }: { operations: OperationId[]; reasons: string[] },
): string {
  const where = operations.length === report.operations.length ? '' : `${operations.join(', ')}: `
  return where + (reasons.join('; ') || 'no case ran')
}
