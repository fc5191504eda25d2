import { operation } from '@connected-apps/contract'
import type { ResponseBody, Status } from '@connected-apps/contract'
import {
  exampleBody,
  exampleNames,
  responseHeaderExamples,
  statusOf,
} from '@connected-apps/contract/examples'
import type { ExampleName } from '@connected-apps/contract/examples'

const headers: Record<Status, Record<string, string | number>> = responseHeaderExamples

/** The examples of a status. The first is the one that Prism answers with. */
export function examplesOf(status: number | string): ExampleName[] {
  return exampleNames.filter((example) => String(statusOf(example)) === String(status))
}

/** A choice that the contract does not have, and what would have been possible. */
export interface ChoiceFault {
  fault: string
}

/** The example of that name, or the first one of that status; undefined if neither is given. */
export function chooseExample(
  status: string | undefined,
  name: string | undefined,
): ExampleName | ChoiceFault | undefined {
  if (status === undefined && name === undefined) return undefined
  const possible = status === undefined ? exampleNames : examplesOf(status)
  const [first] = possible
  if (!first) return { fault: `the contract has the statuses ${operation.statuses.join(', ')}` }
  const chosen = name === undefined ? first : possible.find((each) => each === name)
  if (chosen) return chosen
  return { fault: `${status ?? 'the contract'} has the examples ${possible.join(', ')}` }
}

/** What is sent for an example, value for value as the contract has it. */
export function exampleAnswer(example: ExampleName): ExampleAnswer {
  const status = statusOf(example)
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
