import type { Operation } from '@connected-apps/contract'
import document from '@connected-apps/contract/openapi.json' with { type: 'json' }

/** The keywords from which mutations are derived, with each `allOf` and `$ref` resolved. */
export interface ResolvedSchema {
  type?: string
  const?: unknown
  pattern?: string
  required: string[]
  properties: Record<string, ResolvedSchema>
  items?: ResolvedSchema
}

interface Reference {
  $ref?: string
}

interface Schema extends Reference {
  type?: string
  const?: unknown
  pattern?: string
  allOf?: Schema[]
  required?: string[]
  properties?: Record<string, Schema>
  items?: Schema
}

interface ResponseObject extends Reference {
  headers?: Record<string, { schema: Schema }>
  content?: Record<string, { schema: Schema }>
}

interface Document {
  paths: Record<string, Record<string, { responses: Record<string, ResponseObject> }>>
}

const { paths }: Document = JSON.parse(JSON.stringify(document)) // safe: the document is validated elsewhere; its own type is too large a literal to use

/** The body schema of a status. */
export function bodySchemaOf(operation: Operation, status: number): ResolvedSchema {
  const [content] = Object.values(responseOf(operation, status).content ?? {})
  if (content === undefined) throw new Error(`the document has no content for ${status}`)
  return merge(content.schema)
}

/** The declared response headers of a status, with their schemas. */
export function headersOf(
  operation: Operation,
  status: number,
): [name: string, schema: ResolvedSchema][] {
  return Object.entries(responseOf(operation, status).headers ?? {}).map(([name, { schema }]) => [
    name,
    merge(schema),
  ])
}

function responseOf({ path, method }: Operation, status: number): ResponseObject {
  const response = paths[path]?.[method.toLowerCase()]?.responses[status]
  if (response === undefined) throw new Error(`the document has no ${status} of ${method} ${path}`)
  return resolve(response)
}

function merge(schema: Schema): ResolvedSchema {
  const { allOf = [], required = [], properties = {}, items, ...keywords } = resolve(schema)
  const parts = allOf.map(merge)
  return {
    ...Object.assign({}, ...parts),
    ...keywords,
    required: [...required, ...parts.flatMap((part) => part.required)],
    properties: {
      ...Object.assign({}, ...parts.map((part) => part.properties)),
      ...Object.fromEntries(
        Object.entries(properties).map(([name, property]) => [name, merge(property)]),
      ),
    },
    ...(items && { items: merge(items) }),
  }
}

function resolve<T extends Reference>({ $ref, ...siblings }: T): T {
  if ($ref === undefined) return siblings as T // safe: the reference is optional
  let target: unknown = document
  for (const name of $ref.split('/').slice(1)) target = Reflect.get(Object(target), name)
  if (target === undefined) throw new Error(`the document has no ${$ref}`)
  return resolve({ ...(target as T), ...siblings }) // safe: the document is validated elsewhere
}
