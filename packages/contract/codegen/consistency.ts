import type { Contract, Operation } from './contract.ts'
import { examplesOf } from './contract.ts'
import { below, DocumentError } from './document.ts'
import type { ExclusiveHeaders } from './extensions.ts'
import { capitalized } from './source.ts'

/**
 * Checks that everything that the document refers to exists, and that names are unique where things
 * are looked up by name. Throws a `DocumentError`.
 */
export function requireConsistency(contract: Contract): void {
  for (const [index, exclusion] of contract.exclusiveHeaders.entries()) {
    for (const name of exclusion.headers) {
      if (contract.operations.some((operation) => hasHeader(operation, name))) continue
      throw new DocumentError(
        below('/x-exclusive-headers', index),
        `lists the header ${name}, which no operation declares; write the name of a header parameter`,
      )
    }
  }
  requireClientMethods(contract.operations)
  for (const operation of contract.operations) {
    requireExamples(contract, operation)
    requireParameters(operation)
    requireScenarios(operation)
  }
}

/** The client's methods, their no-throw twins and its namespaces must all have different names. */
function requireClientMethods(operations: Operation[]): void {
  const methods = operations.flatMap(({ pointer, clientMethod }) => [
    { pointer, name: clientMethod },
    { pointer, name: clientMethod.replace(/\w+$/, (name) => `try${capitalized(name)}`) },
  ])
  requireUnique(methods, ({ name }) => name, 'x-client-method')
  for (const { pointer, name } of methods) {
    if (!operations.some(({ clientMethod }) => clientMethod.startsWith(`${name}.`))) continue
    throw new DocumentError(
      below(pointer, 'x-client-method'),
      `${name} is a namespace of other operations; write another method`,
    )
  }
}

function requireExamples(contract: Contract, operation: Operation): void {
  const pointer = below(operation.pointer, 'responses')
  const examples = examplesOf(operation)
  requireUnique(examples, ({ name }) => name, 'example', pointer)
  const named = [
    [contract.malformed, 'x-error-type of the document'],
    [contract.unmatched, 'x-error-type of paths'],
    ...operation.security.map(({ name, errorType }) => [
      errorType,
      `x-error-type of the security scheme ${name}`,
    ]),
    ...operation.parameters.map(({ name, errorType }) => [
      errorType,
      `x-error-type of the parameter ${name}`,
    ]),
    ...exclusionsOf(contract.exclusiveHeaders, operation).map((exclusion) => [
      exclusion['error-type'],
      'x-exclusive-headers',
    ]),
    ...operation.scenarios.sequences.flatMap(({ id, responses }) =>
      responses.map(({ example }) => [example, `the scenario ${id}`]),
    ),
  ]
  for (const [name, by] of named) {
    if (examples.some((example) => example.name === name)) continue
    throw new DocumentError(
      pointer,
      `has no example ${name}, which ${by} names; write it, or name another`,
    )
  }
  for (const trigger of ['limit', 'failure']) {
    if (examples.some((example) => example.trigger === trigger)) continue
    throw new DocumentError(pointer, `has no example with x-trigger: ${trigger}; write one`)
  }
}

function requireParameters(operation: Operation): void {
  const named = [
    { parameter: operation.scenarios.parameter, by: 'x-scenarios', pointer: operation.pointer },
    ...examplesOf(operation).flatMap(({ name, trigger, pointer }) =>
      typeof trigger === 'object'
        ? [{ parameter: trigger.unknown, by: `x-trigger of ${name}`, pointer }]
        : [],
    ),
  ]
  for (const { parameter, by, pointer } of named) {
    if (operation.parameters.some(({ name }) => name === parameter)) continue
    throw new DocumentError(
      pointer,
      `names the parameter ${parameter} in ${by}, which ${operation.operationId} does not have`,
    )
  }
}

function requireScenarios(operation: Operation): void {
  const pointer = below(operation.pointer, 'x-scenarios')
  const scenarios = examplesOf(operation).map((example) => example.scenario)
  requireUnique([...scenarios, ...operation.scenarios.sequences], ({ id }) => id, 'id', pointer)
}

/** The groups of exclusive headers of which an operation declares more than one. */
export function exclusionsOf(
  exclusiveHeaders: ExclusiveHeaders[],
  operation: Operation,
): ExclusiveHeaders[] {
  return exclusiveHeaders
    .map((each) => ({
      ...each,
      headers: each.headers.filter((name) => hasHeader(operation, name)),
    }))
    .filter(({ headers }) => headers.length > 1)
}

function hasHeader({ parameters }: Operation, name: string): boolean {
  return parameters.some((parameter) => parameter.in === 'header' && parameter.name === name)
}

/**
 * Requires that no two items have the same key. The error is at the second one, or at `pointer` if the
 * items have none of their own.
 */
export function requireUnique<T>(
  items: readonly (T & { pointer?: string })[],
  keyOf: (item: T) => string,
  what: string,
  pointer = '',
): void {
  const seen = new Set<string>()
  for (const item of items) {
    const key = keyOf(item)
    if (seen.has(key)) {
      throw new DocumentError(
        item.pointer ?? pointer,
        `duplicates the ${what} ${JSON.stringify(key)}; write another one`,
      )
    }
    seen.add(key)
  }
}
