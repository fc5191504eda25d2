import type { Operation } from '@connected-apps/contract'
import { allOperations } from '@connected-apps/contract/operations'
import { validResponse } from '../support/provider.ts'
import type { CannedResponse } from '../support/provider.ts'
import { invalidBodies, undeclaredMediaTypes } from './body-mutations.ts'
import { bodySchemaOf } from './body-schema.ts'
import { fieldMutations } from './field-mutations.ts'
import { headerMutations } from './header-mutations.ts'

/** An invalid response that differs from a valid one by a single change. */
export interface Mutant {
  /** Describes the change. */
  name: string
  operation: Operation
  /** The example that was changed. */
  example: string
  response: CannedResponse
}

/** Each example of each operation. */
export const examples = allOperations.flatMap((operation) =>
  Object.entries(operation.examples).map(([example, described]) => ({
    operation,
    example,
    described,
  })),
)

/** The same examples; one that operations share, only for the first of them. */
export const distinctExamples = examples.filter(
  ({ described }, index) => examples.findIndex((other) => other.described === described) === index,
)

/** Every invalid response that can be derived from the document for one of its examples. */
export function mutantsOf(operation: Operation, example: string): Mutant[] {
  const valid = validResponse(operation, example)
  const { status } = valid
  const body: unknown = JSON.parse(String(valid.body))
  const mutant = (name: string, change: Partial<CannedResponse>): Mutant => ({
    name: `${operation.operationId} ${status} ${example}: ${name}`,
    operation,
    example,
    response: { ...valid, ...change },
  })
  const declared = Object.keys(operation.responseBodies).map(Number)
  return [
    ...fieldMutations(body, bodySchemaOf(operation, status)).map(({ name, value }) =>
      mutant(name, { body: JSON.stringify(value) }),
    ),
    ...invalidBodies(String(valid.body)).map(({ name, body: changed }) =>
      mutant(name, { body: changed }),
    ),
    ...undeclaredMediaTypes.map((type) =>
      mutant(`content-type ${type}`, { headers: { ...valid.headers, 'content-type': type } }),
    ),
    mutant('no content-type', { headers: {} }),
    ...headerMutations(operation, status).map(({ name, value }) =>
      mutant(`${name}: ${value}`, { headers: { ...valid.headers, [name]: value } }),
    ),
    ...undeclaredStatuses
      .filter((other) => !declared.includes(other))
      .map((other) => mutant(`undeclared status ${other}`, { status: other })),
    ...declared
      .filter((other) => other !== status)
      .map((other) => mutant(`status ${other}`, { status: other })),
    ...Object.keys(operation.examples)
      .filter((other) => operation.examples[other]?.status !== status)
      .flatMap((other) => [
        mutant(`the body of ${other}`, { body: validResponse(operation, other).body }),
        // A valid response, but to another request.
        mutant(`the complete response ${other}`, validResponse(operation, other)),
      ]),
  ]
}

/**
 * Responses with the right status, but with the `error_type` that the contract defines for another
 * request. Successes have none, so that any of them is legal.
 */
export function mixedUpMutantsOf(operation: Operation, example: string): Mutant[] {
  const status = operation.examples[example]?.status
  if (status === operation.successStatus) return []
  return Object.keys(operation.examples)
    .filter((other) => other !== example && operation.examples[other]?.status === status)
    .map((other) => ({
      name: `${operation.operationId} ${status} ${example}: the response ${other}`,
      operation,
      example,
      response: validResponse(operation, other),
    }))
}

const undeclaredStatuses = [
  201, 202, 203, 204, 205, 206, 226, 300, 301, 302, 303, 304, 307, 308, 402, 405, 406, 408, 409,
  410, 413, 415, 418, 422, 451, 499, 501, 502, 503, 504, 599,
]
