import { operation } from './generated/operation.ts'
import type { Status } from './types.ts'

const statuses: ReadonlySet<number> = new Set(operation.statuses)

/** Whether the contract declares this HTTP status. */
export function isStatus(status: number): status is Status {
  return statuses.has(status)
}
