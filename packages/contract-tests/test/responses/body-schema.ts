import type { Status } from '@connected-apps/contract'
import document from '@connected-apps/contract/openapi.json' with { type: 'json' }

/** The keywords of a property's schema from which mutations are derived. */
export interface PropertySchema {
  type?: string
  const?: unknown
  pattern?: string
}

/** The schema of a body, with each `allOf` and `$ref` resolved. */
export interface BodySchema {
  required: string[]
  properties: Record<string, PropertySchema>
}

interface Schema extends PropertySchema {
  $ref?: string
  allOf?: Schema[]
  required?: string[]
  properties?: Record<string, Schema>
}

interface ResponseObject {
  headers?: Record<string, { schema: PropertySchema }>
  content: Record<string, { schema: Schema }>
}

interface Document {
  paths: Record<string, { post: { responses: Record<string, ResponseObject> } }>
  components: { schemas: Record<string, Schema> }
}

const { paths, components }: Document = JSON.parse(JSON.stringify(document)) // safe: the document is validated elsewhere; its own type is too large a literal to use
const [pathItem] = Object.values(paths)
const responses = pathItem?.post.responses ?? {}

/** The body schema of a status. */
export function bodySchemaOf(status: Status): BodySchema {
  const [content] = Object.values(responses[status]?.content ?? {})
  if (content === undefined) throw new Error(`the document has no content for ${status}`)
  return merge(content.schema)
}

/** The declared response headers of a status, with their schemas. */
export function headersOf(status: Status): [name: string, schema: PropertySchema][] {
  return Object.entries(responses[status]?.headers ?? {}).map(([name, { schema }]) => [
    name,
    schema,
  ])
}

function merge(schema: Schema): BodySchema {
  const { required = [], properties = {}, allOf = [] } = resolve(schema)
  const parts = allOf.map(merge)
  return {
    required: [...required, ...parts.flatMap((part) => part.required)],
    properties: Object.assign(
      {},
      ...parts.map((part) => part.properties),
      Object.fromEntries(
        Object.entries(properties).map(([name, property]) => [name, resolve(property)]),
      ),
    ),
  }
}

function resolve(schema: Schema): Schema {
  const { $ref } = schema
  if ($ref === undefined) return schema
  const target = components.schemas[$ref.replace('#/components/schemas/', '')]
  if (target === undefined) throw new Error(`the document has no ${$ref}`)
  return target
}
