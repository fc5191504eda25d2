import type { ExampleName, Operation } from '@connected-apps/contract'
import { allOperations } from '@connected-apps/contract/operations'
import { exampleResponse, examplesOf, triggeredExample } from '../src/index.ts'

/** For promises that do not depend on the operation. */
export const anyOperation = first(allOperations)

/** The first example of a success. */
export function successOf(operation: Operation): ExampleName {
  return first(examplesOf(operation, operation.successStatus))
}

/** The example of the rate limit, or of a failure of the server. */
export function errorOf(operation: Operation, trigger: 'limit' | 'failure'): ExampleName {
  return first([triggeredExample(operation, trigger)])
}

/** The status of an example. */
export function statusOf(operation: Operation, example: string): number {
  return exampleResponse(operation, example).status
}

/** The parameter that chooses a scenario, with a value. */
export function scenarioValue({ scenarios }: Operation, id: string): Record<string, string> {
  return { [scenarios.parameter]: id }
}

/** A path parameter other than the one that chooses a scenario. */
export function otherParameter({ pathParameters, scenarios }: Operation): string {
  return first(pathParameters.filter((name) => name !== scenarios.parameter))
}

export function first<T>([item]: readonly (T | undefined)[]): T {
  if (item === undefined) throw new Error('the contract has none')
  return item
}
