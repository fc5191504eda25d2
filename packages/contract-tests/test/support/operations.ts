import type { ExampleName, Operation } from '@connected-apps/contract'
import { allOperations } from '@connected-apps/contract/operations'

/** An operation that takes a body; tests that concern every operation iterate over all of them. */
export const operationWithBody = findOperation(({ requestBody }) => requestBody !== undefined)

/** The operation whose cases run first. */
export const safeOperation = findOperation(({ safety }) => safety === 'safe')

/** The example of an ordinary success, which is the first one. */
export function successOf({ examples, successStatus }: Operation): string {
  return findExample(examples, ({ status }) => status === successStatus)
}

/** The name of the example with this trigger. */
export function exampleOf(
  { examples }: Operation,
  expected: Operation['examples'][string]['trigger'],
): ExampleName {
  const isExpected = (trigger: unknown) => JSON.stringify(trigger) === JSON.stringify(expected)
  return findExample(examples, ({ trigger }) => isExpected(trigger)) as ExampleName // safe: it is the name of an example
}

/** The status of the example with this trigger. */
export function statusOf(operation: Operation, trigger: Parameters<typeof exampleOf>[1]): number {
  return operation.examples[exampleOf(operation, trigger)]?.status ?? 0
}

function findOperation(matches: (operation: Operation) => boolean): Operation {
  const operation = allOperations.find(matches)
  if (operation === undefined) throw new Error('the contract has no such operation')
  return operation
}

function findExample(
  examples: Operation['examples'],
  matches: (example: Operation['examples'][string]) => boolean,
): string {
  const found = Object.entries(examples).find(([, example]) => matches(example))
  if (found === undefined) throw new Error('the operation has no such example')
  return found[0]
}
