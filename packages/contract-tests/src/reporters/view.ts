import type { OperationId } from '@connected-apps/contract'
import type { Coverage } from '../coverage.ts'
import type { Outcome } from '../report.ts'

/** What the reporters show: the results of the suite, or of anything else that checks against the contract. */
export interface ReportView {
  /** What was run, such as `contract-tests of Connected Apps 1.1.0`. */
  title: string
  passed: boolean
  /** The result on one line. */
  verdict: string
  /** The complete text report, which ends with a line break. */
  text: string
  suites: readonly ReportedSuite[]
  annotations: readonly Annotation[]
  coverage: Partial<Record<OperationId, Partial<Coverage>>>
}

/** Cases that belong together, such as those of an operation. */
export interface ReportedSuite {
  name: string
  cases: readonly ReportedCase[]
}

/** One check. */
export interface ReportedCase {
  /** Unique in its suite. */
  name: string
  outcome: Outcome
  /** What is wrong; empty unless the case failed. */
  violations: readonly string[]
  /** Why the case was skipped. */
  reason?: string
  durationMs: number
}

/** What GitHub shows beside the log. */
export interface Annotation {
  level: 'error' | 'notice'
  title: string
  message: string
}
