import type { JsonObject } from '../json.ts'
import { isObject, memberOf } from '../json.ts'

const methods = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace']

interface Operation {
  /** The method and path, without the names of path parameters, which may change. */
  key: string
  pointer: string
  operation: JsonObject
  pathItem: JsonObject
}

/** Every operation of the document. */
export function operationsOf(document: JsonObject): Operation[] {
  const paths = isObject(document['paths']) ? document['paths'] : {}
  return Object.entries(paths).flatMap(([path, pathItem]) => {
    if (!isObject(pathItem)) return []
    return methods.flatMap((method) => {
      const operation = pathItem[method]
      if (!isObject(operation)) return []
      const pointer = memberOf(memberOf('#/paths', path), method)
      return [{ key: `${method} ${withoutParameterNames(path)}`, pointer, operation, pathItem }]
    })
  })
}

/** Removes the names of path parameters, so that a renamed one does not make another path. */
export function withoutParameterNames(path: string): string {
  return path.replaceAll(/\{[^}]*\}/g, '{}')
}

/** The operations that both documents have, as pairs. */
export function sharedOperations(
  base: JsonObject,
  revision: JsonObject,
): { before: Operation; after: Operation }[] {
  const later = new Map(operationsOf(revision).map((operation) => [operation.key, operation]))
  return operationsOf(base).flatMap((before) => {
    const after = later.get(before.key)
    return after === undefined ? [] : [{ before, after }]
  })
}
