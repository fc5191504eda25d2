import type { JsonObject } from '../json.ts'
import { isObject, memberOf, valueAt } from '../json.ts'
import { operationsOf } from './operations.ts'

/** Who sends a value: a consumer in its request, or a provider in its response. */
export type Direction = 'request' | 'response'

/**
 * Returns a function that finds in which directions the value of a schema is sent. Redocly reports a
 * shared schema only once, under the first operation that uses it, but others may use it in the other
 * direction.
 */
export function directionsOf(document: JsonObject): (pointer: string) => Set<Direction> {
  const uses = new Map<string, Set<Direction>>()

  function visit(value: unknown, pointer: string, direction: Direction): void {
    if (Array.isArray(value)) {
      value.forEach((item, index) => visit(item, memberOf(pointer, index), direction))
    }
    if (!isObject(value)) return
    const reference = value['$ref']
    if (typeof reference === 'string') use(reference, direction)
    for (const [name, member] of Object.entries(value)) {
      visit(member, memberOf(pointer, name), direction)
    }
  }

  function use(pointer: string, direction: Direction): void {
    const known = uses.get(pointer) ?? new Set()
    if (known.has(direction)) return // also ends the recursion
    uses.set(pointer, known.add(direction))
    visit(valueAt(document, pointer), pointer, direction)
  }

  for (const { operation, pathItem, pointer } of operationsOf(document)) {
    visit(pathItem['parameters'], pointer, 'request')
    const { responses, ...request } = operation
    visit(request, pointer, 'request')
    visit(responses, `${pointer}/responses`, 'response')
  }

  return (pointer) => {
    const owners = [...uses].filter(([used]) => pointer === used || pointer.startsWith(`${used}/`))
    if (owners.length > 0) return new Set(owners.flatMap(([, directions]) => [...directions]))
    return new Set([/^#\/paths\/[^/]+\/[^/]+\/responses\//.test(pointer) ? 'response' : 'request'])
  }
}
