import type { ExampleName } from '@connected-apps/contract/examples'
import type { CaseRequest } from './request.ts'
import type { RunSettings } from './run-settings.ts'

/** Something that the contract has a definite answer to. */
export interface Case {
  /** What is sent, as the end of "answers 401 to …". Unique. */
  name: string
  /** The contract's example of the answer; it gives the status. */
  example: ExampleName
  /**
   * What the answer hangs on. `request`: whoever knows the contract sees it in the request.
   * `state`: the target must know who and what exists; a mock is asked by `Prefer`. `provoke`:
   * no request brings it about; a mock is asked by `Prefer`, elsewhere the option `provoke` has to.
   */
  dependsOn: 'request' | 'state' | 'provoke'
  /** What to send, or in words what is missing for it. */
  request: (settings: RunSettings) => CaseRequest | string
}
