import { isDeepStrictEqual } from 'node:util'
import { describe, expect, test } from 'vitest'
import type { Node } from '../codegen/document.ts'
import { entriesOf, isNode, resolve } from '../codegen/document.ts'
import { stripped } from '../codegen/schema.ts'
import generatedDocument from '../src/generated/openapi.json' with { type: 'json' }

// Written out on purpose: these payloads were given to us, and must never follow a change of the
// contract.
const requestId = 'request-id-test-b05c992f-ebdc-489d-a754-c7e70ba13141'
const given = {
  200: { status_code: 200, request_id: requestId },
  401: {
    status_code: 401,
    request_id: requestId,
    error_type: 'unauthorized_credentials',
    error_message: 'Unauthorized credentials.',
    error_url: 'https://stytch.com/docs/api/errors/401',
  },
  429: {
    status_code: 429,
    request_id: requestId,
    error_type: 'too_many_requests',
    error_message: 'Too many requests have been made.',
    error_url: 'https://stytch.com/docs/api/errors/429',
  },
  500: {
    status_code: 500,
    request_id: requestId,
    error_type: 'internal_server_error',
    error_message:
      'Oops, something seems to have gone wrong, please reach out to support@stytch.com to let us know what went wrong.',
    error_url: 'https://stytch.com/docs/api/errors/500',
  },
} as const

// What the schemas say of the fields of these payloads. Other fields are free, if optional.
const nonBlank = { type: 'string', pattern: String.raw`\S` }
const fields = {
  request_id: nonBlank,
  error_type: nonBlank,
  error_message: nonBlank,
  error_url: { type: 'string' },
} as const

const statuses = Object.keys(given).map(Number) as (keyof typeof given)[] // they are its keys
const fieldsOf = (status: keyof typeof given) => Object.keys(given[status])

describe.each(statuses)('the given payload of %i', (status) => {
  test('is as it was given, and so is each field of its schema', () => {
    expect(differences(generatedDocument, status)).toEqual([])
  })

  const changes: [what: string, change: (document: Node, field: string) => void][] = [
    ['has another value', (document, field) => (payloadIn(document, status)[field] = 'other')],
    ['is missing', (document, field) => delete payloadIn(document, status)[field]],
    [
      'is optional',
      (document, field) =>
        schemasIn(document, status).forEach((schema) => {
          schema['required'] = namesIn(schema['required']).filter((name) => name !== field)
        }),
    ],
    [
      'is narrower',
      (document, field) => Object.assign(propertyIn(document, status, field), { maxLength: 1000 }),
    ],
  ]
  test.each(changes)('turns its test red, and is named, once a field %s', (_, change) => {
    for (const field of fieldsOf(status)) {
      const document: Node = structuredClone(generatedDocument)
      change(document, field)
      expect(differences(document, status)).not.toEqual([])
    }
  })

  test.each([
    ['another property is required', { required: ['hint'] }],
    ['unknown properties are forbidden', { additionalProperties: false }],
  ])('turns its test red, and is named, once %s', (_, change) => {
    const document: Node = structuredClone(generatedDocument)
    schemasIn(document, status).forEach((schema) => Object.assign(schema, change))
    expect(differences(document, status)).not.toEqual([])
  })

  test('may have siblings, and its schema may have more optional properties', () => {
    const document: Node = structuredClone(generatedDocument)
    const { examples } = mediaTypeIn(document, status)
    Object.assign(Object(examples), { sibling: { value: { status_code: status } } })
    schemasIn(document, status).forEach((schema) => {
      Object.assign(Object(schema['properties']), { expires_at: { type: 'string' } })
    })
    expect(differences(document, status)).toEqual([])
  })
})

/** Everything in which the document differs from a given payload; each names the payload. */
function differences(document: Node, status: keyof typeof given): string[] {
  const schemas = schemasIn(document, status)
  const required = new Set(schemas.flatMap((schema) => namesIn(schema['required'])))
  const keywords = schemas.flatMap((schema) => Object.keys(Object(stripped(schema))))
  const expected: Node = { ...fields, status_code: { type: 'integer', const: status } }
  return [
    examplesIn(document, status).some((body) => isDeepStrictEqual(body, given[status]))
      ? []
      : 'is not among the examples any more',
    isDeepStrictEqual(required, new Set(fieldsOf(status)))
      ? []
      : `requires ${[...required].join(', ')}`,
    keywords
      .filter((each) => !['type', 'required', 'properties', 'allOf', '$ref'].includes(each))
      .map((keyword) => `has ${keyword} in its schema`),
    fieldsOf(status)
      .filter((field) => {
        return !isDeepStrictEqual(stripped(propertyIn(document, status, field)), expected[field])
      })
      .map((field) => `has another schema for ${field}`),
  ]
    .flat()
    .map((difference) => `the given payload of ${status} ${difference}`)
}

function mediaTypeIn(document: Node, status: number): Node {
  const paths = resolve(document, '/paths', document['paths'])
  const revoke = Object.keys(paths.node)
    .filter((path) => path.startsWith('/'))
    .map((path) => entriesOf(document, paths, path).map(([, operation]) => operation))
    .flat()
    .find(({ node }) => node['operationId'] === 'revokeConnectedApp')
  if (!revoke) throw new Error('the operation of the given payloads is missing')
  const responses = new Map(entriesOf(document, revoke, 'responses'))
  const response = responses.get(`${status}`)
  const [content] = response ? entriesOf(document, response, 'content') : []
  if (!content) throw new Error(`the response of the given payload of ${status} is missing`)
  return content[1].node
}

function examplesIn(document: Node, status: number): unknown[] {
  const owner = { pointer: '', node: mediaTypeIn(document, status) }
  return entriesOf(document, owner, 'examples').map(([, { node }]) => node['value'])
}

function payloadIn(document: Node, status: keyof typeof given): Node {
  const bodies = examplesIn(document, status)
  const text = JSON.stringify(given[status])
  const body = bodies.find((each) => JSON.stringify(each) === text)
  if (!isNode(body)) throw new Error(`the given payload of ${status} is missing`)
  return body
}

/** The schema of a status, and those that it takes in. */
function schemasIn(document: Node, status: number): Node[] {
  const taken = (schema: unknown): Node[] => {
    const { node } = resolve(document, '', schema)
    return [node, ...(Array.isArray(node['allOf']) ? node['allOf'] : []).flatMap(taken)]
  }
  return taken(mediaTypeIn(document, status)['schema'])
}

function propertyIn(document: Node, status: number, field: string): Node {
  const [property] = schemasIn(document, status)
    .map(({ properties }) => (isNode(properties) ? properties[field] : undefined))
    .filter(isNode)
    .map((written) => resolve(document, '', written).node)
  if (!property) throw new Error(`the given payload of ${status} has no ${field} in its schema`)
  return property
}

function namesIn(required: unknown): string[] {
  return Array.isArray(required) ? required.map(String) : []
}
