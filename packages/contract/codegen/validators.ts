import type { Options } from 'ajv'
import { Ajv2020 } from 'ajv/dist/2020.js'
import standalone from 'ajv/dist/standalone/index.js'
import type { Contract, Header, Schema } from './contract-document.ts'

type Named = [key: string, schema: Schema]

/** A validator for the body of each status. */
export function responseBodyValidators({ operation }: Contract): string {
  return compile(
    Object.entries(operation.responses).flatMap(([status, { content }]) =>
      Object.values(content).map(({ schema }): Named => [status, schema]),
    ),
  )
}

/** A validator for the declared headers of each status. Header values are text, so they are coerced. */
export function responseHeaderValidators({ operation }: Contract): string {
  return compile(
    Object.entries(operation.responses).map(([status, { headers = {} }]): Named => [
      status,
      headersSchema(headers),
    ]),
    { coerceTypes: true },
  )
}

/** A validator for each parameter. */
export function parameterValidators({ operation }: Contract): string {
  return compile(operation.parameters.map(({ name, schema }): Named => [name, schema]))
}

/** A validator for the request body of each media type. */
export function requestBodyValidators({ operation }: Contract): string {
  return compile(
    Object.entries(operation.requestBody.content).map(([type, { schema }]): Named => [
      type,
      schema,
    ]),
  )
}

function headersSchema(headers: Record<string, Header>): Schema {
  const entries = Object.entries(headers)
  return {
    type: 'object',
    properties: Object.fromEntries(entries.map(([name, { schema }]) => [name, asText(schema)])),
    required: entries.filter(([, { required }]) => required).map(([name]) => name),
  }
}

// Coercion alone takes "0x10", "1e3" and "Infinity" for numbers, which RFC 9110 does not.
function asText(schema: Schema): Schema {
  const { type } = schema
  if (type !== 'integer' && type !== 'number') return schema
  const pattern = type === 'integer' ? '^-?\\d+$' : '^-?\\d+(\\.\\d+)?$'
  return { allOf: [{ type: 'string', pattern }, schema] }
}

function compile(schemas: Named[], options: Options = {}): string {
  const ajv = new Ajv2020({ ...options, strict: true, code: { source: true, esm: true } })
  const exported = schemas.map(([key, schema], index) => ({
    key,
    schema,
    name: `validator${index}`,
  }))
  for (const { name, schema } of exported) ajv.addSchema(withoutDescriptions(schema), name)
  const code = standalone.default(ajv, Object.fromEntries(exported.map(({ name }) => [name, name])))
  if (code.includes('require(')) {
    throw new Error('the contract uses a JSON Schema keyword whose validator needs Ajv at run time')
  }
  const table = exported.map(({ key, name }) => `  ${JSON.stringify(key)}: ${name},\n`).join('')
  // The code is plain JavaScript; the module that imports it gives it its types.
  return `// @ts-nocheck\n${code}\nexport const validators = {\n${table}}\n`
}

// Ajv copies schemas into its code; their prose would go with every client.
function withoutDescriptions(schema: Schema): Schema {
  return JSON.parse(
    JSON.stringify(schema, (key, value) =>
      key === 'description' && typeof value === 'string' ? undefined : value,
    ),
  )
}
