import { bodySchemas } from './generated/body-schemas.ts'
import type { BodySchema } from './schema-check.ts'
import { checkAgainst } from './schema-check.ts'
import type { Status } from './types.ts'
import type { Violation } from './violation.ts'

export { isStatus } from './status.ts'
export { mediaType, operationId, path, servers } from './generated/operation.ts'

const schemas: Record<Status, BodySchema> = bodySchemas

/**
 * The check of the main entry in a third of its size, for what is sent to browsers. It finds the
 * same bodies wrong, and reports all violations of a body, in plainer words, where the other stops at the first.
 *
 * @example
 * checkResponseBody(200, { status_code: 200, request_id: 'request-id-test-1' }) // []
 */
export function checkResponseBody(status: Status, body: unknown): Violation[] {
  return checkAgainst(schemas[status], body)
}
