import type { Operation } from '@connected-apps/contract'
import { exampleOf } from '../test/operations.ts'

/** The successful response that every call gets. */
export function successOf(operation: Operation) {
  const { status, body } = exampleOf(operation, 'success')
  const text = JSON.stringify(body)
  const headers = {
    'content-type': operation.mediaType,
    'content-length': `${Buffer.byteLength(text)}`,
  }
  return { status, headers, text }
}
