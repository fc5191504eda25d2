/** An object in a JSON document. */
export type JsonObject = Record<string, unknown>

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The segments of a JSON Pointer in a URI fragment, such as `#/paths/~1health`. */
export function segmentsOf(pointer: string): string[] {
  return pointer
    .split('/')
    .slice(1)
    .map((segment) => segment.replaceAll('~1', '/').replaceAll('~0', '~'))
}

/** The pointer to a member of what another pointer points to. */
export function memberOf(pointer: string, name: string | number): string {
  return `${pointer}/${String(name).replaceAll('~', '~0').replaceAll('/', '~1')}`
}

/** What the pointer points to in the document. */
export function valueAt(document: unknown, pointer: string): unknown {
  return segmentsOf(pointer).reduce<unknown>((value, segment) => {
    if (Array.isArray(value)) return value[Number(segment)]
    return isObject(value) ? value[segment] : undefined
  }, document)
}

/** A value in a document, and its location. */
export interface JsonNode {
  pointer: string
  value: unknown
}

/** Follows references within the document to a value that is not a reference. */
export function resolved(document: unknown, node: JsonNode): JsonNode {
  const seen = new Set<string>()
  let current = node
  while (isObject(current.value) && typeof current.value['$ref'] === 'string') {
    const pointer = current.value['$ref']
    if (!pointer.startsWith('#/') || seen.has(pointer)) break
    seen.add(pointer)
    current = { pointer, value: valueAt(document, pointer) }
  }
  return current
}
