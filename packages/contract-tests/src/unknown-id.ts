import { randomUUID } from 'node:crypto'

/** Well-formed for every parameter that takes an id or a session token, and nobody's. */
export function unknownId(): string {
  return `contract-tests-${randomUUID()}`
}
