import { isStatus } from '@connected-apps/contract'
import type { Status } from '@connected-apps/contract'
import { responseExamples } from '@connected-apps/contract/examples'
import type { ExampleName } from '@connected-apps/contract/examples'

const statusByExample: ReadonlyMap<string, Status> = new Map(
  Object.entries(responseExamples).flatMap(([key, examples]) => {
    const status = Number(key)
    if (!isStatus(status)) throw new Error(`the contract has examples of the undeclared ${key}`)
    return Object.keys(examples).map((name): [string, Status] => [name, status])
  }),
)

/** Each named example of a response: for an error, one of its known `error_type` values. */
export const exampleNames = [...statusByExample.keys()] as readonly ExampleName[] // the keys are the names

/** Whether the contract has a response example of this name. */
export function isExampleName(name: unknown): name is ExampleName {
  return typeof name === 'string' && statusByExample.has(name)
}

/** The status that a named example belongs to. */
export function statusOf(example: ExampleName): Status {
  const status = statusByExample.get(example)
  if (status === undefined) throw new TypeError(`the contract has no example ${example}`)
  return status
}
