import { statuses as declared } from './generated/operation.ts'
import type { Status } from './types.ts'

const statuses: ReadonlySet<number> = new Set(declared)

/** Whether the contract declares this HTTP status. */
export function isStatus(status: number): status is Status {
  return statuses.has(status)
}
