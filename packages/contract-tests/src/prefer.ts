import { statusOf } from '@connected-apps/contract/examples'
import type { ExampleName } from '@connected-apps/contract/examples'

/** The header by which Prism and the mock are asked for a named example (RFC 7240). */
export function preferenceFor(example: ExampleName): Record<string, string> {
  return { prefer: `code=${statusOf(example)}, example=${example}` }
}
