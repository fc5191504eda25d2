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

/** The examples of a status. Prism responds with the first one by default. */
export function examplesOf(status: number | string): ExampleName[] {
  return exampleNames.filter((example) => String(statusOf(example)) === String(status))
}

/** A choice that is invalid; the error lists the valid ones. */
export interface InvalidChoice {
  error: string
}

/** The example of that name, or the first one of that status; undefined if neither is given. */
export function chooseExample(
  status: string | undefined,
  name: string | undefined,
): ExampleName | InvalidChoice | undefined {
  if (status === undefined && name === undefined) return undefined
  const candidates = status === undefined ? exampleNames : examplesOf(status)
  const [first] = candidates
  if (!first) return { error: `the contract has the statuses ${operation.statuses.join(', ')}` }
  const chosen = name === undefined ? first : candidates.find((candidate) => candidate === name)
  if (chosen) return chosen
  return { error: `${status ?? 'the contract'} has the examples ${candidates.join(', ')}` }
}

/** A response of the contract before it is sent. */
export interface ExampleResponse {
  status: Status
  headers: Record<string, string | number>
  body: ResponseBody
}

/** The response that an example describes, with exactly the contract's values. */
export function exampleResponse(example: ExampleName): ExampleResponse {
  const status = statusOf(example)
  return {
    status,
    headers: { 'content-type': operation.mediaType, ...headers[status] },
    body: exampleBody(example),
  }
}
