import type { LocatedNode, Node } from './document.ts'
import { below, DocumentError, isNode, targetOf } from './document.ts'

// The keywords with subschemas. The values of all others are data, and must stay as they are.
const MAPS = ['properties', 'patternProperties', '$defs', 'dependentSchemas']
const LISTS = ['allOf', 'anyOf', 'oneOf', 'prefixItems']
const SINGLE = [
  'items',
  'contains',
  'additionalProperties',
  'propertyNames',
  'not',
  'if',
  'then',
  'else',
  'unevaluatedItems',
  'unevaluatedProperties',
]
// Ajv copies schemas into its code, where annotations would only cost bytes.
const ANNOTATIONS = [
  'title',
  'description',
  'default',
  'deprecated',
  'readOnly',
  'writeOnly',
  'examples',
  'example',
  'externalDocs',
  'xml',
  'discriminator',
  '$comment',
]

/** A schema without annotations and extensions, with `change` applied to its references. */
export function stripped(schema: unknown, change = (reference: string) => reference): unknown {
  if (!isNode(schema)) return schema
  const strip = (value: unknown) => stripped(value, change)
  const kept = Object.entries(schema).filter(
    ([keyword]) => !keyword.startsWith('x-') && !ANNOTATIONS.includes(keyword),
  )
  return Object.fromEntries(
    kept.map(([keyword, value]) => {
      if (keyword === '$ref' && typeof value === 'string') return [keyword, change(value)]
      if (MAPS.includes(keyword) && isNode(value)) return [keyword, mapValues(value, strip)]
      if (LISTS.includes(keyword) && Array.isArray(value)) return [keyword, value.map(strip)]
      return [keyword, SINGLE.includes(keyword) ? strip(value) : value]
    }),
  )
}

/** The schema of a body, parameter or header. A reference with other keywords beside it is not resolved. */
export function schemaOf(document: Node, owner: LocatedNode): LocatedNode {
  let pointer = below(owner.pointer, 'schema')
  let value = owner.node['schema']
  while (isNode(value) && Object.keys(Object(stripped(value))).join() === '$ref') {
    ;({ pointer, value } = targetOf(document, String(value['$ref'])))
  }
  if (value === true) return { pointer, node: {} }
  if (value === false) return { pointer, node: { not: {} } }
  if (!isNode(value)) throw new DocumentError(pointer, 'is missing; write a schema')
  return { pointer, node: value }
}

/** The names of the properties that a schema declares, directly or through a schema that it applies. */
export function propertiesOf(document: Node, { node }: LocatedNode): string[] {
  return [...new Set(partsOf(document, node).flatMap((part) => keysOf(part['properties'])))]
}

/** The types that a schema names, directly or through a schema that it applies. */
export function typesOf(document: Node, { node }: LocatedNode): string[] {
  return partsOf(document, node)
    .flatMap(({ type }) => type)
    .filter((type) => typeof type === 'string')
}

/** A schema, and every schema that it applies to the same value. */
function partsOf(document: Node, schema: unknown, seen = new Set<unknown>()): Node[] {
  if (!isNode(schema) || seen.has(schema)) return []
  seen.add(schema)
  const { $ref, allOf, anyOf, oneOf, then, else: otherwise } = schema
  const applied = [
    ...[allOf, anyOf, oneOf].filter(Array.isArray).flat(),
    then,
    otherwise,
    typeof $ref === 'string' ? targetOf(document, $ref).value : undefined,
  ]
  return [schema, ...applied.flatMap((part) => partsOf(document, part, seen))]
}

function keysOf(value: unknown): string[] {
  return isNode(value) ? Object.keys(value) : []
}

function mapValues(map: Node, change: (value: unknown) => unknown): Node {
  return Object.fromEntries(Object.entries(map).map(([key, value]) => [key, change(value)]))
}
