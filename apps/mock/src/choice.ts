import type { Status } from '@connected-apps/contract'
import type { ExampleName } from '@connected-apps/contract/examples'

/** One named example of the contract, with the status that it belongs to. */
export type Choice = { [S in Status]: { status: S; example: ExampleName<S> } }[Status]

/** An example, and how long to wait before it is sent. */
export type PlannedAnswer = Choice & { waitSeconds?: number }
