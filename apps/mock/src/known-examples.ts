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
