import type { Status } from '@connected-apps/contract'
import type { Finding } from './finding.ts'

/** How a check ended. What was `not provoked` is never counted as passed. */
export type Outcome = 'passed' | 'failed' | 'not provoked'

/** One check of a run. */
export interface Check {
  /** A sentence, unique in its group. */
  name: string
  /** `document`: an example of the contract's own document; `target`: an answer of the target. */
  group: 'document' | 'target'
  outcome: Outcome
  /** What is wrong, empty unless it failed. */
  findings: Finding[]
  /** Why it could not be provoked. */
  reason?: string
  durationMs: number
}

/** The check of one case against the target. */
export interface CaseCheck extends Check {
  group: 'target'
  status: Status
}
