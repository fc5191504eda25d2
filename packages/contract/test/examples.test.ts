import { describe, expect, test } from 'vitest'
import type { LocatedNode, Node } from '../codegen/document.ts'
import { entriesOf, resolve } from '../codegen/document.ts'
import generatedDocument from '../src/generated/openapi.json' with { type: 'json' }
import {
  checkParameter,
  checkRequest,
  checkRequestBody,
  checkResponse,
  serverFor,
} from '../src/index.ts'
import { allOperations, contract } from '../src/operations.ts'
import { exampleRequest } from './example-request.ts'

const document: Node = generatedDocument

// What upstream is known to send, in its own words. Its other texts are unknown, so ours.
const known = [
  ['invalid_organization_id', 'organization_id format is invalid.', '/api/errors/400'],
  ['invalid_session_token', 'Session token format is invalid.', '/api/errors/400'],
  [
    'session_authorization_error',
    'The Member is not authorized to perform the requested action on that resource.',
    '/b2b/api/errors/403#session_authorization_error',
  ],
  [
    'session_authorization_tenancy_error',
    "OrganizationID in AuthorizationCheck request does not match session's Organization ID",
    '/b2b/api/errors/403#session_authorization_tenancy_error',
  ],
  ['connected_app_not_found', 'The Connected App requested could not be found.', '/api/errors/404'],
  ['session_not_found', 'Session could not be found.', '/api/errors/404'],
] as const

test.each(known)('%s has the text that upstream sends', (name, error_message, page) => {
  const found = allOperations.flatMap(({ examples }) => examples[name] ?? [])
  expect(found).not.toEqual([])
  for (const { status, body } of found) {
    expect(body).toMatchObject({
      status_code: status,
      error_type: name,
      error_message,
      error_url: `https://stytch.com/docs${page}`,
    })
  }
})

test('live projects have a server of their own', () => {
  expect(serverFor('project-live-x')).toBe('https://api.stytch.com')
  expect(serverFor('project-test-x')).toBe('https://test.stytch.com')
})

test.each(['malformed', 'unmatched'] as const)(
  'a %s request gets an example of each operation',
  (which) => {
    const { example, status, body } = contract[which]
    for (const { examples } of allOperations)
      expect(examples[example]).toMatchObject({ status, body })
  },
)

describe.each(allOperations.map((operation) => [operation.operationId, operation] as const))(
  'the examples of %s',
  (_, operation) => {
    const { mediaType, parameters, requestBody, request, responseHeaders, scenarios } = operation
    const examples = Object.entries(operation.examples)

    test.each(examples)('%s satisfies the contract', (__, { status, body }) => {
      const headers = new Headers({ 'content-type': mediaType })
      for (const [name, { example }] of Object.entries(responseHeaders[status] ?? {})) {
        headers.set(name, String(example))
      }
      expect(checkResponse(operation, { status, headers, body: JSON.stringify(body) })).toEqual([])
    })

    test('an error is named after its error_type', () => {
      for (const [name, { status, body }] of examples) {
        if (status >= 400) expect(body).toMatchObject({ error_type: name })
      }
    })

    test('each parameter has a valid example, and an example of the response to a malformed value', () => {
      for (const parameter of Object.values(parameters)) {
        expect(checkParameter(parameter, String(parameter.example))).toEqual([])
        expect(operation.examples[parameter.errorExample]).toMatchObject({
          status: 400,
          trigger: 'request',
        })
      }
    })

    test('a request made of them satisfies the contract', () => {
      const given = exampleRequest(operation)
      for (const body of [undefined, ...Object.values(request?.examples ?? {})]) {
        const headers = new Headers(given.headers)
        if (body === undefined && request?.required) continue
        if (body !== undefined) {
          expect(checkRequestBody(operation, body)).toEqual([])
          headers.set('content-type', String(requestBody?.mediaType))
        }
        const text = body === undefined ? '' : JSON.stringify(body)
        expect(checkRequest(operation, { ...given, headers, body: text })).toEqual([])
      }
    })

    test('each scenario is selected by a value that the parameter allows', () => {
      const parameter = parameters[scenarios.parameter]
      const ids = [...examples.map(([, { scenario }]) => scenario), ...scenarios.sequences]
      for (const { id } of ids) {
        expect(parameter && checkParameter(parameter, scenarios.prefix + id)).toEqual([])
      }
    })
  },
)

const errorSchemas = new Map<string, { description: string; names: Set<string> }>()
for (const { path, method, examples } of allOperations) {
  for (const [name, { status }] of Object.entries(examples)) {
    if (status < 400) continue
    const { pointer, node } = schemaOfResponse(path, method, status)
    const schema = errorSchemas.get(pointer) ?? {
      description: String(node['description']),
      names: new Set(),
    }
    schema.names.add(name)
    errorSchemas.set(pointer, schema)
  }
}

test.each([...errorSchemas])(
  '%s documents the error_type values of its examples, and no others',
  (_, { description, names }) => {
    const documented = [...description.matchAll(/^- `(\w+)`$/gm)].map(([, name]) => name)
    expect(new Set(documented)).toEqual(names)
  },
)

function schemaOfResponse(path: string, method: string, status: number): LocatedNode {
  const item = resolve(document, '', resolve(document, '', document['paths']).node[path])
  const operation = resolve(document, '', item.node[method.toLowerCase()])
  const response = new Map(entriesOf(document, operation, 'responses')).get(`${status}`)
  const [content] = response ? entriesOf(document, response, 'content') : []
  return resolve(document, '', content?.[1].node['schema'])
}
