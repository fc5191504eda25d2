import { operation } from '@connected-apps/contract'
import type { ResponseBody, Status } from '@connected-apps/contract'
import {
  exampleBody,
  exampleNames,
  responseHeaderExamples,
  statusOf,
} from '@connected-apps/contract/examples'
import type { Choice } from './choice.ts'

const headers: Record<Status, Record<string, string | number>> = responseHeaderExamples

/** Each named example of the contract. */
export const knownExamples: readonly Choice[] = exampleNames.map(
  (example) => ({ status: statusOf(example), example }) as Choice, // the status is this very example's
)

/** Finds an example by name, in one status or in any. */
export function findExample(example: string, status?: Status): Choice | undefined {
  return knownExamples.find(
    (known) => known.example === example && (status === undefined || known.status === status),
  )
}

/** The example that stands first for a status, which is the one that Prism answers with. */
export function firstExample(status: number): Choice | undefined {
  return knownExamples.find((known) => known.status === status)
}

/** What is sent for an example, value for value as the contract has it. */
export function exampleAnswer({ status, example }: Choice): ExampleAnswer {
  return {
    status,
    headers: { 'content-type': operation.mediaType, ...headers[status] },
    body: exampleBody(example),
  }
}

/** An answer, before it is written to the wire. */
export interface ExampleAnswer {
  status: Status
  headers: Record<string, string | number>
  body: ResponseBody
}
