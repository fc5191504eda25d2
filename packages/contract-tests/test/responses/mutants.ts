import { operation } from '@connected-apps/contract'
import { exampleNames, statusOf } from '@connected-apps/contract/examples'
import type { ExampleName } from '@connected-apps/contract/examples'
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
  /** The example that was changed. */
  example: ExampleName
  response: CannedResponse
}

/** Every invalid response that can be derived from the document for one of its examples. */
export function mutantsOf(example: ExampleName): Mutant[] {
  const valid = validResponse(example)
  const status = statusOf(example)
  const body: Record<string, unknown> = JSON.parse(String(valid.body))
  const mutant = (name: string, change: Partial<CannedResponse>): Mutant => ({
    name: `${status} ${example}: ${name}`,
    example,
    response: { ...valid, ...change },
  })
  return [
    ...fieldMutations(body, bodySchemaOf(status)).map(({ name, body: changed }) =>
      mutant(name, { body: JSON.stringify(changed) }),
    ),
    ...invalidBodies(String(valid.body)).map(({ name, body: changed }) =>
      mutant(name, { body: changed }),
    ),
    ...undeclaredMediaTypes.map((type) =>
      mutant(`content-type ${type}`, { headers: { ...valid.headers, 'content-type': type } }),
    ),
    mutant('no content-type', { headers: {} }),
    ...headerMutations(status).map(({ name, value }) =>
      mutant(`${name}: ${value}`, { headers: { ...valid.headers, [name]: value } }),
    ),
    ...undeclaredStatuses.map((other) => mutant(`undeclared status ${other}`, { status: other })),
    ...otherStatuses(status).map((other) => mutant(`status ${other}`, { status: other })),
    ...exampleNames
      .filter((other) => statusOf(other) !== status)
      .flatMap((other) => [
        mutant(`the body of ${other}`, { body: validResponse(other).body }),
        // A valid response, but to another request.
        mutant(`the complete response ${other}`, validResponse(other)),
      ]),
  ]
}

/** Responses with the right status, but with the `error_type` that the contract defines for another request. */
export function mixedUpMutantsOf(example: ExampleName): Mutant[] {
  return exampleNames
    .filter((other) => other !== example && statusOf(other) === statusOf(example))
    .map((other) => ({
      name: `${statusOf(example)} ${example}: the response ${other}`,
      example,
      response: validResponse(other),
    }))
}

const declaredStatuses: readonly number[] = operation.statuses

const undeclaredStatuses = [
  201, 202, 203, 204, 205, 206, 226, 300, 301, 302, 303, 304, 307, 308, 402, 405, 406, 408, 409,
  410, 413, 415, 418, 422, 451, 499, 501, 502, 503, 504, 599,
].filter((status) => !declaredStatuses.includes(status))

function otherStatuses(status: number): number[] {
  return declaredStatuses.filter((each) => each !== status)
}
