import type { Status } from '@connected-apps/contract'
import document from '@connected-apps/contract/openapi.json' with { type: 'json' }

/** What the document says of one property of a body. */
export interface PropertySchema {
  type?: string
  const?: unknown
  pattern?: string
}

/** The body of a status, its `allOf` and `$ref`s followed. */
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

const { paths, components }: Document = JSON.parse(JSON.stringify(document)) // its type is that of one very long literal
const [pathItem] = Object.values(paths)
const responses = pathItem?.post.responses ?? {}

/** The required fields and the properties of the body of a status. */
export function bodySchemaOf(status: Status): BodySchema {
  const [content] = Object.values(responses[status]?.content ?? {})
  if (content === undefined) throw new Error(`the document has no content for ${status}`)
  return merged(content.schema)
}

/** The headers that a status declares, with their schemas. */
export function headersOf(status: Status): [name: string, schema: PropertySchema][] {
  return Object.entries(responses[status]?.headers ?? {}).map(([name, { schema }]) => [
    name,
    schema,
  ])
}

function merged(schema: Schema): BodySchema {
  const { required = [], properties = {}, allOf = [] } = resolved(schema)
  const parts = allOf.map(merged)
  return {
    required: [...required, ...parts.flatMap((part) => part.required)],
    properties: Object.assign(
      {},
      ...parts.map((part) => part.properties),
      Object.fromEntries(
        Object.entries(properties).map(([name, property]) => [name, resolved(property)]),
      ),
    ),
  }
}

function resolved(schema: Schema): Schema {
  const { $ref } = schema
  if ($ref === undefined) return schema
  const target = components.schemas[$ref.replace('#/components/schemas/', '')]
  if (target === undefined) throw new Error(`the document has no ${$ref}`)
  return target
}
