import { operations as generated } from './generated/operations.ts'
import type { Operation, OperationId } from './operation.ts'

export { contract, operations } from './generated/operations.ts'

/** Every operation of the contract, in its order. */
export const allOperations: readonly Operation[] = Object.values(generated)

/** The operation of a request, and its decoded path parameters, which may be malformed. */
export interface OperationMatch {
  operation: Operation
  path: { readonly [name: string]: string }
}

const routes = allOperations
  .map((operation) => ({ operation, ...routeOf(operation.path) }))
  .toSorted((one, other) => (one.order < other.order ? -1 : 1))

/**
 * Finds the operation for the method and path of a request, as they were received.
 *
 * @returns undefined if the contract has none
 * @example
 * matchOperation('GET', '/v1/b2b/organizations/acme/members/a%7Cb/connected_apps')
 * // { operation: operations.getMemberConnectedApps, path: { organization_id: 'acme', member_id: 'a|b' } }
 */
export function matchOperation(method: string, path: string): OperationMatch | undefined {
  for (const { operation, pattern, names } of routes) {
    const match = operation.method === method ? pattern.exec(path) : null
    if (match) {
      const values = names.map((name, index) => [name, decode(match[index + 1] ?? '')])
      return { operation, path: Object.fromEntries(values) }
    }
  }
  return undefined
}

/** Whether the contract has an operation with this id. */
export function isOperationId(id: string): id is OperationId {
  return Object.hasOwn(generated, id)
}

interface Route {
  pattern: RegExp
  names: string[]
  /** Sorts literal text before a parameter with text around it, and that before a whole segment. */
  order: string
}

function routeOf(template: string): Route {
  const names = [...template.matchAll(/\{([^}]*)\}/g)].map(([, name]) => `${name}`)
  const literals = template
    .split(/\{[^}]*\}/)
    .map((text) => text.replaceAll(/[.*+?^$()|[\]\\]/g, String.raw`\$&`))
  const order = template
    .replaceAll(/(?<=\/)\{[^}]*\}(?=\/|$)/g, '\uFFFF\uFFFF')
    .replaceAll(/\{[^}]*\}/g, '\uFFFF')
  return { pattern: new RegExp(`^${literals.join('([^/]*)')}$`), names, order }
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment)
  } catch {
    return segment // still has a percent sign, which no schema of an id allows
  }
}
