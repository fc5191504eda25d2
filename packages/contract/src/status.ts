import { bodySchemas } from './generated/body-schemas.ts'
import type { Status } from './types.ts'

/** Whether the contract declares this HTTP status. */
export function isStatus(status: number): status is Status {
  return status in bodySchemas
}
