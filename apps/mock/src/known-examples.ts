import { isStatus, operation } from '@connected-apps/contract'
import type { ResponseBody, Status } from '@connected-apps/contract'
import { responseExamples, responseHeaderExamples } from '@connected-apps/contract/examples'
import type { Choice } from './choice.ts'

const bodies: Record<Status, Record<string, ResponseBody>> = responseExamples
const headers: Record<Status, Record<string, string | number>> = responseHeaderExamples

/** Each named example of the contract. */
export const knownExamples: readonly Choice[] = operation.statuses.flatMap((status) =>
  Object.keys(bodies[status]).map(
    // Object.keys forgets that the keys are the example names of this very status.
    (example) => ({ status, example }) as Choice,
  ),
)

/** Finds an example by name, in one status or in any. */
export function findExample(example: string, status?: Status): Choice | undefined {
  return knownExamples.find(
    (known) => known.example === example && (status === undefined || known.status === status),
  )
}

/** The example that stands first for a status, which is the one that Prism answers with. */
export function firstExample(status: number): Choice | undefined {
  return isStatus(status) ? knownExamples.find((known) => known.status === status) : undefined
}

/** What is sent for an example, value for value as the contract has it. */
export function exampleAnswer({ status, example }: Choice): ExampleAnswer {
  const body = bodies[status][example]
  if (!body) throw new Error(`the contract has no example ${example} for ${status}`)
  return { status, headers: { 'content-type': operation.mediaType, ...headers[status] }, body }
}

/** An answer, before it is written to the wire. */
export interface ExampleAnswer {
  status: Status
  headers: Record<string, string | number>
  body: unknown
}
