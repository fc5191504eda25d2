import { constant } from './constant.ts'
import type { Contract, Schema } from './contract-document.ts'

// What src/schema-check.ts understands.
const CHECKED = new Set(['type', 'const', 'pattern', 'required', 'properties', 'allOf'])
const ANNOTATIONS = new Set(['title', 'description', 'examples', 'example', 'deprecated'])
const TYPES = new Set<unknown>(['object', 'string', 'integer'])

/** The schema of each status's body, reduced to what can fail. */
export function bodySchemasModule({ operation }: Contract): string {
  return constant(
    'bodySchemas',
    'What can fail in the body of each status.',
    Object.fromEntries(
      Object.entries(operation.responses).flatMap(([status, { content }]) =>
        Object.values(content).map(({ schema }) => [status, reduced(schema)]),
      ),
    ),
  )
}

/** Throws for what the compact check would pass over in silence. */
function reduced(schema: Schema): Schema {
  const kept = Object.entries(schema).filter(([keyword]) => !ANNOTATIONS.has(keyword))
  return Object.fromEntries(
    kept.map(([keyword, value]) => {
      const isKnown = CHECKED.has(keyword) && (keyword !== 'type' || TYPES.has(value))
      if (!isKnown || (keyword === 'const' && Object(value) === value)) {
        throw new Error(
          `src/schema-check.ts does not understand ${keyword}: ${JSON.stringify(value)}, which an answer of the contract uses`,
        )
      }
      return [keyword, reducedValue(keyword, value)]
    }),
  )
}

function reducedValue(keyword: string, value: unknown): unknown {
  if (keyword === 'allOf') return (value as Schema[]).map(reduced) // by the keyword's definition
  if (keyword !== 'properties') return value
  const properties = Object.entries(value as Record<string, Schema>) // by the keyword's definition
  return Object.fromEntries(
    properties
      .map(([name, schema]) => [name, reduced(schema)] as const)
      .filter(([, schema]) => Object.keys(schema).length > 0), // what accepts anything cannot fail
  )
}
