import type { JsonObject } from '../json.ts'
import { isObject, memberOf } from '../json.ts'

const methods = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace']

interface Operation {
  /** Method and path; parameters of the path without their names, which may change. */
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

/** The path with its parameters left unnamed, so that a renamed one is still the same path. */
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
