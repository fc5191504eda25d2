import { describe, expect, test } from 'vitest'
import {
  exampleBody,
  exampleNames,
  headerParameterExamples,
  isExampleName,
  pathParameterExamples,
  requestBodyExamples,
  responseExamples,
  responseHeaderExamples,
  statusOf,
} from '../src/examples.ts'
import document from '../src/generated/openapi.json' with { type: 'json' }
import { checkResponseBody, checkResponseHeaders, operation } from '../src/index.ts'
import { checkParameter, checkRequestBody } from '../src/request.ts'

const requestId = 'request-id-test-b05c992f-ebdc-489d-a754-c7e70ba13141'
const errorUrl = 'https://stytch.com/docs/api/errors'

// Written out on purpose: these payloads were given to us, and must never follow a change of the contract.
const given = {
  200: { status_code: 200, request_id: requestId },
  401: {
    status_code: 401,
    request_id: requestId,
    error_type: 'unauthorized_credentials',
    error_message: 'Unauthorized credentials.',
    error_url: `${errorUrl}/401`,
  },
  429: {
    status_code: 429,
    request_id: requestId,
    error_type: 'too_many_requests',
    error_message: 'Too many requests have been made.',
    error_url: `${errorUrl}/429`,
  },
  500: {
    status_code: 500,
    request_id: requestId,
    error_type: 'internal_server_error',
    error_message:
      'Oops, something seems to have gone wrong, please reach out to support@stytch.com to let us know what went wrong.',
    error_url: `${errorUrl}/500`,
  },
} as const

describe('the payloads that were given', () => {
  test.each([200, 401, 429, 500] as const)(
    '%i stands in the contract value for value',
    (status) => {
      expect(Object.values(responseExamples[status])).toEqual([given[status]])
    },
  )

  test.each([200, 401, 429, 500] as const)('%i satisfies its schema', (status) => {
    expect(checkResponseBody(status, given[status])).toEqual([])
  })
})

// What upstream is known to answer, in its own words. Its other texts are unknown, so ours.
test.each([
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
] as const)('%s stands in the contract as upstream writes it', (name, error_message, page) => {
  expect(exampleBody(name)).toEqual({
    status_code: statusOf(name),
    request_id: requestId,
    error_type: name,
    error_message,
    error_url: `https://stytch.com/docs${page}`,
  })
})

describe.each(operation.statuses)('status %i', (status) => {
  test.each(Object.entries(responseExamples[status]))('%s satisfies its schema', (_name, body) => {
    expect(checkResponseBody(status, body)).toEqual([])
  })

  test('the example headers satisfy their schemas', () => {
    const headers = new Headers()
    for (const [name, value] of Object.entries(responseHeaderExamples[status])) {
      headers.set(name, String(value))
    }
    expect(checkResponseHeaders(status, headers)).toEqual([])
  })
})

describe('the name of an example', () => {
  const all = operation.statuses.flatMap((status) =>
    Object.entries(responseExamples[status]).map(([name, body]) => ({ status, name, body })),
  )

  test.each(all)('$name is enough to find $status and the body', ({ status, name, body }) => {
    if (!isExampleName(name)) throw new Error(`${name} is no name`)
    expect({ status: statusOf(name), body: exampleBody(name) }).toEqual({ status, body })
  })

  test('stands for one example alone', () => {
    expect(exampleNames).toEqual(all.map(({ name }) => name))
  })

  test.each(['', 'toString', 'Revoked', 200, undefined])('is not %j', (name) => {
    expect(isExampleName(name)).toBe(false)
  })
})

describe.each(operation.statuses.filter((status) => status !== 200))('error %i', (status) => {
  const schemaName = document.paths[operation.path].post.responses[status].content[
    operation.mediaType
  ].schema.$ref
    .split('/')
    .at(-1)
  const description = Object.entries(document.components.schemas).find(
    ([name]) => name === schemaName,
  )?.[1].description

  test('each example is named after its error_type', () => {
    for (const [name, body] of Object.entries(responseExamples[status])) {
      expect(body).toMatchObject({ error_type: name })
    }
  })

  test('its schema documents exactly the error_type values of its examples', () => {
    const documented = [...(description ?? '').matchAll(/^- `(\w+)`$/gm)].map(([, name]) => name)
    expect(documented).toEqual(Object.keys(responseExamples[status]))
  })
})

test('each parameter has an example that satisfies its schema', () => {
  const parameterExamples = { ...pathParameterExamples, ...headerParameterExamples }
  for (const { name } of operation.parameters) {
    expect(checkParameter(name, parameterExamples[name])).toEqual([])
  }
})

test("each parameter's error_type is an example of status 400", () => {
  for (const { errorType } of operation.parameters) {
    expect(Object.keys(responseExamples[400])).toContain(errorType)
  }
})

test('each example of a request body satisfies its schema', () => {
  for (const body of Object.values(requestBodyExamples)) {
    expect(checkRequestBody(body)).toEqual([])
  }
})
