import { operation } from '@connected-apps/contract'
import { exampleNames, statusOf } from '@connected-apps/contract/examples'
import type { ExampleName } from '@connected-apps/contract/examples'
import { bodySchemaOf } from './contract-schema.ts'
import { fieldMutations } from './field-mutations.ts'
import { headerMutations } from './header-mutations.ts'
import type { CannedResponse } from './provider.ts'
import { rightResponse } from './provider.ts'
import { rawBodies, wrongMediaTypes } from './wrong-answers.ts'

/** A wrong answer, made from the right one by one change. */
export interface Mutant {
  /** What was changed. */
  name: string
  /** The example that it was made from. */
  example: ExampleName
  response: CannedResponse
}

/** Every wrong answer that follows from the document, for one of its examples. */
export function mutantsOf(example: ExampleName): Mutant[] {
  const right = rightResponse(example)
  const status = statusOf(example)
  const body: Record<string, unknown> = JSON.parse(String(right.body))
  const mutant = (name: string, change: Partial<CannedResponse>): Mutant => ({
    name: `${status} ${example}: ${name}`,
    example,
    response: { ...right, ...change },
  })
  return [
    ...fieldMutations(body, bodySchemaOf(status)).map(({ name, body: changed }) =>
      mutant(name, { body: JSON.stringify(changed) }),
    ),
    ...rawBodies(String(right.body)).map(({ name, body: raw }) => mutant(name, { body: raw })),
    ...wrongMediaTypes.map((type) =>
      mutant(`content-type ${type}`, { headers: { ...right.headers, 'content-type': type } }),
    ),
    mutant('no content-type', { headers: {} }),
    ...headerMutations(status).map(({ name, value }) =>
      mutant(`${name}: ${value}`, { headers: { ...right.headers, [name]: value } }),
    ),
    ...undeclaredStatuses.map((wrong) => mutant(`undeclared status ${wrong}`, { status: wrong })),
    ...otherStatuses(status).map((wrong) => mutant(`status ${wrong}`, { status: wrong })),
    ...exampleNames
      .filter((other) => statusOf(other) !== status)
      .flatMap((other) => [
        mutant(`the body of ${other}`, { body: rightResponse(other).body }),
        // Right in itself, and not what the contract answers to the request.
        mutant(`the whole answer ${other}`, rightResponse(other)),
      ]),
  ]
}

/** An answer with a documented `error_type` of the same status that belongs to another request. */
export function mixedUp(example: ExampleName): Mutant[] {
  return exampleNames
    .filter((other) => other !== example && statusOf(other) === statusOf(example))
    .map((other) => ({
      name: `${statusOf(example)} ${example}: the answer ${other}`,
      example,
      response: rightResponse(other),
    }))
}

const declared: readonly number[] = operation.statuses

const undeclaredStatuses = [
  201, 202, 203, 204, 205, 206, 226, 300, 301, 302, 303, 304, 307, 308, 402, 405, 406, 408, 409,
  410, 413, 415, 418, 422, 451, 499, 501, 502, 503, 504, 599,
].filter((status) => !declared.includes(status))

function otherStatuses(status: number): number[] {
  return declared.filter((each) => each !== status)
}
