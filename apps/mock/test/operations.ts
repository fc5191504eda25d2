import { checkParameter } from '@connected-apps/contract'
import type { ExampleName, Operation } from '@connected-apps/contract'
import { allOperations } from '@connected-apps/contract/operations'
import { exampleResponse, examplesOf, triggeredExample } from '@connected-apps/scenarios'
import { exampleRequest } from '../src/snippets/example-request.ts'
import { authorization } from './call.ts'

/** For promises that do not depend on the operation. */
export const anyOperation = first(allOperations)

/** The operations that take a request body. */
export const bodyOperations = allOperations.filter(({ requestBody }) => requestBody)

/** The first example of a success. */
export function successOf(operation: Operation): ExampleName {
  return first(examplesOf(operation, operation.successStatus))
}

/** The example of the rate limit, or of a failure of the server. */
export function errorOf(operation: Operation, trigger: 'limit' | 'failure'): ExampleName {
  return first([triggeredExample(operation, trigger)])
}

/** Status and body of an example. */
export function responseOf(
  operation: Operation,
  example: string,
): { status: number; body: unknown } {
  const { status, body } = exampleResponse(operation, example)
  return { status, body }
}

/** The status of an example. */
export function statusOf(operation: Operation, example: string): number {
  return exampleResponse(operation, example).status
}

/** The id of the scenario that consists of this example alone. */
export function scenarioId({ scenarios, examples }: Operation, example: string): string {
  return scenarios.prefix + examples[example]?.scenario.id
}

/** The parameter that chooses a scenario, with a value. */
export function scenarioValue({ scenarios }: Operation, id: string): Record<string, string> {
  return { [scenarios.parameter]: id }
}

/** A path parameter other than the one that chooses a scenario. */
export function otherParameter({ pathParameters, scenarios }: Operation): string {
  return first(pathParameters.filter((name) => name !== scenarios.parameter))
}

/** Whether the contract allows this value of a parameter. */
export function isAllowed({ parameters }: Operation, name: string, value: string): boolean {
  const parameter = parameters[name]
  return parameter !== undefined && checkParameter(parameter, value).length === 0
}

/** Values that the contract does not allow for a parameter. */
export function malformedValues(operation: Operation, name: string): string[] {
  const values = ['', 'a b', 'a/b', 'a?b', '\u00E4', '.', '..', 'a'.repeat(5_000)]
  return values.filter((value) => !isAllowed(operation, name, value))
}

/** The example of a request as bytes; the connection is closed after the response. */
export function rawRequest(
  operation: Operation,
  { target, headers = '' }: { target?: string; headers?: string } = {},
): string {
  const { method, target: path, headers: own, body } = exampleRequest(operation)
  const lines = Object.entries({
    Host: 'x',
    Authorization: authorization,
    ...own,
    ...(body !== undefined && { 'Content-Length': Buffer.byteLength(body) }),
  }).map(([name, value]) => `${name}: ${value}\r\n`)
  const head = `${lines.join('')}${headers}Connection: close`
  return `${method} ${target ?? path} HTTP/1.1\r\n${head}\r\n\r\n${body ?? ''}`
}

export function first<T>([item]: readonly (T | undefined)[]): T {
  if (item === undefined) throw new Error('the contract has none')
  return item
}
