import { checkResponse, declaresStatus } from '@connected-apps/contract'
import { allOperations } from '@connected-apps/contract/operations'
import { describe, expect, test } from 'vitest'
import { ConnectedAppsError } from '@connected-apps/client'
import { connectTo, rejectionOf } from './client.ts'
import { listen } from './loopback.ts'
import { bodyOf, exampleOf, methodNameOf, paramsOf } from './operations.ts'
import { resultOf, undeclared } from './results.ts'

describe.each(allOperations)('$operationId', (operation) => {
  const { successStatus: success, mediaType: json } = operation
  const { status: unauthorized } = exampleOf(operation, 'unauthorized')
  const { status: failure } = exampleOf(operation, 'server failure')
  const { status: limit } = exampleOf(operation, 'rate limit')
  const envelope = bodyOf(operation, 'unauthorized')
  const method = methodNameOf(operation)
  const errors = Object.entries(operation.examples).filter(([, { status }]) => status !== success)

  describe('an error of the contract', () => {
    test.each(errors)('%s arrives with all its fields', async (_, { status, body }) => {
      const server = await listen((__, response) => {
        response.writeHead(status, { 'content-type': json }).end(JSON.stringify(body))
      })
      const { call } = connectTo(operation, server.url, { maxRetries: 0 })
      const error = await rejectionOf(call(paramsOf(operation)))
      expect(error).toBeInstanceOf(ConnectedAppsError)
      expect(error).toBeInstanceOf(Error)
      expect(error).toMatchObject({
        ...Object(body),
        kind: 'http',
        conforms: true,
        violations: [],
        headers: { 'content-type': json },
        body,
        attempts: 1,
      })
      const { error_type, error_message, request_id } = Object(body)
      expect(String(error)).toBe(
        `ConnectedAppsError: ${method}: ${status} ${error_type}: ${error_message}; request_id ${request_id}`,
      )
    })

    test('may have an unknown error_type, details, and undeclared properties', async () => {
      const body = { ...envelope, error_type: 'brand_new', error_details: { a: 1 }, more: true }
      expect(await resultOf(operation, { status: unauthorized, body })).toMatchObject({
        error: {
          kind: 'http',
          conforms: true,
          error_type: 'brand_new',
          error_details: { a: 1 },
          body,
        },
      })
    })

    test('has neither error_details nor retryAfterMs if the response lacks them', async () => {
      const result = await resultOf(operation, { status: unauthorized, body: envelope })
      expect(result).not.toHaveProperty('error.error_details')
      expect(result).not.toHaveProperty('error.retryAfterMs')
    })

    test.each([
      ['a line feed', '\r\n'],
      ['a terminal control', '\u001b[2K\u009b'],
      ['a line separator of Unicode', '\u2028\u2029\u0085'],
    ])('with %s in a field can neither forge log lines nor flood a log', async (_, characters) => {
      const text = `a${characters}2026 INFO fine${'.'.repeat(9_000)}`
      const body = { ...envelope, error_message: text, request_id: text }
      const result = await resultOf(operation, { status: unauthorized, body })
      const { message } = result.ok ? { message: '' } : result.error
      expect(message).not.toMatch(/[\p{Cc}\u2028\u2029]/u)
      expect(message.length).toBeLessThan(600)
      expect(result).toMatchObject({ error: { error_message: text } })
    })
  })

  describe('an error that the contract does not declare is an http error all the same', () => {
    const undeclaredStatuses: number[] = [
      402, 405, 408, 409, 413, 418, 425, 501, 502, 503, 504, 599,
    ].filter((status: number) => !declaresStatus(operation, status))

    test.each<number>(undeclaredStatuses)('a whole envelope with status %i', async (status) => {
      const body = { ...envelope, status_code: status, error_details: { a: 1 } }
      const result = await resultOf(operation, { status, body })
      expect(result).toMatchObject({
        error: { ...body, kind: 'http', conforms: false, body, attempts: 1 },
      })
      expect(result).toHaveProperty('error.violations', [
        { part: 'status', where: '', message: expect.stringContaining('not declared') },
      ])
      const { error_type, error_message, request_id } = Object(body)
      expect(result).toHaveProperty(
        'error.message',
        `${method}: ${status} ${error_type}: ${error_message}; request_id ${request_id}`,
      )
    })

    const fields = errors.flatMap(([name, { status, body }]) =>
      Object.keys(Object(body)).map((field) => ({ name, status, body: Object(body), field })),
    )

    test.each(fields)('$name without $field', async ({ status, body, field }) => {
      const { [field]: _, ...rest } = body
      const result = await resultOf(operation, { status, body: rest })
      const { status_code: __, ...others } = rest
      expect(result).toMatchObject({
        error: { ...others, kind: 'http', conforms: false, status_code: status, body: rest },
      })
      if (field !== 'status_code') expect(result).not.toHaveProperty(`error.${field}`)
      expect(result).toHaveProperty('error.violations', [
        { part: 'body', where: '', message: expect.stringContaining(field) },
      ])
    })

    test.each(fields)('$name with a $field of another type', async ({ status, body, field }) => {
      for (const value of [null, { toString: 1, valueOf: 1 }, ['x']]) {
        const changed = { ...body, [field]: value }
        const result = await resultOf(operation, { status, body: changed })
        expect(result).toMatchObject({
          error: { kind: 'http', conforms: false, status_code: status, body: changed },
        })
        if (field !== 'status_code') expect(result).not.toHaveProperty(`error.${field}`)
        const { violations } = Object(Object(result).error)
        expect(violations).toContainEqual({
          part: 'body',
          where: `/${field}`,
          message: expect.stringContaining('must be'),
        })
        for (const { where } of violations) expect(where).toBe(`/${field}`)
      }
    })

    test.each<[string, number, string | null, unknown, string[]]>([
      ["the page of a CDN's rate limit", limit, 'text/html', '<h1>Slow</h1>', ['media type']],
      ['the page of a proxy', undeclared(operation, 502), 'text/html', '<h1>Bad</h1>', ['status']],
      ['the page of a firewall', unauthorized, 'text/html', '<h1>No</h1>', ['media type', 'body']],
      ['text', failure, 'text/plain', 'no healthy upstream', ['media type', 'body']],
      ['an empty body', failure, json, '', ['body']],
      ['an empty body without a media type', unauthorized, null, '', ['media type', 'body']],
      ['an empty body with an undeclared status', undeclared(operation, 503), null, '', ['status']],
      ['a truncated body', unauthorized, json, '{"status_code":', ['body']],
      ['UTF-16', failure, json, Buffer.from('{}', 'utf16le'), ['body']],
    ])('%s, which has no field and no body', async (_, status, type, body, parts) => {
      const result = await resultOf(operation, { status, type, body })
      expect(result).toMatchObject({
        error: { kind: 'http', conforms: false, status_code: status, attempts: 1 },
      })
      for (const field of ['body', 'error_type', 'error_message', 'error_url', 'request_id']) {
        expect(result).not.toHaveProperty(`error.${field}`)
      }
      const { message, headers, violations } = Object(Object(result).error)
      expect(violations.map(({ part }: { part: string }) => part)).toEqual(
        expect.arrayContaining(parts),
      )
      expect(message).toContain(`${method}: ${status} violates the contract`)
      expect(headers['content-type']).toBe(type ?? undefined)
    })

    test.each([null, false, 0, 'Bad gateway', [], {}, [{ error_type: 'x' }]])(
      'the JSON value %j, which is its body',
      async (value) => {
        const body = JSON.stringify(value)
        const result = await resultOf(operation, { status: failure, body })
        expect(result).toMatchObject({
          error: { kind: 'http', conforms: false, status_code: failure, body: value },
        })
        expect(result).not.toHaveProperty('error.error_type')
      },
    )

    test('the body of a success', async () => {
      const body = bodyOf(operation, 'success')
      expect(await resultOf(operation, { status: unauthorized, body })).toMatchObject({
        error: { kind: 'http', conforms: false, request_id: body['request_id'], body },
      })
    })

    test('an envelope of another media type, which keeps its fields', async () => {
      const type = 'application/problem+json'
      const result = await resultOf(operation, { status: unauthorized, type, body: envelope })
      expect(result).toMatchObject({ error: { ...envelope, conforms: false, body: envelope } })
      expect(result).toHaveProperty('error.violations', [
        { part: 'media type', where: '', message: expect.stringContaining(type) },
      ])
    })

    test('a body that is too large to be read', async () => {
      const sent = { status: failure, body: { ...envelope, more: 'x'.repeat(2_000) } }
      const result = await resultOf(operation, sent, { maxResponseBytes: 1_000 })
      expect(result).toMatchObject({
        error: { kind: 'http', conforms: false, status_code: failure },
      })
      expect(result).toHaveProperty('error.violations', [
        { part: 'body', where: '', message: expect.stringContaining('maxResponseBytes') },
      ])
    })
  })

  test.each([
    [unauthorized, json, envelope],
    [unauthorized, json, { ...envelope, error_url: 1, error_type: [] }],
    [undeclared(operation, 502), 'text/html', '<h1>Bad Gateway</h1>'],
    [failure, null, ''],
  ])(
    'the violations of a %i as %s are those that the contract finds',
    async (status, type, body) => {
      const result = await resultOf(operation, { status, type, body })
      const violations = checkResponse(operation, {
        status,
        headers: new Headers(type === null ? {} : { 'content-type': type }),
        body: typeof body === 'string' ? body : JSON.stringify(body),
      })
      expect(result).toMatchObject({ error: { violations, conforms: violations.length === 0 } })
    },
  )

  test('an error has the headers that help support, in lower case, and no others', async () => {
    const helpful = {
      Date: 'Fri, 27 Nov 2026 12:00:00 GMT',
      Server: 'cloudflare',
      Via: '1.1 varnish',
      'Retry-After': '120',
      Age: '7',
      'X-Request-Id': 'r-1',
      'CF-Ray': 'c-1',
      'X-Amzn-RequestId': 'a-1',
      'X-Amz-Cf-Id': 'f-1',
      'X-Cache': 'Error from cloudfront',
    }
    const headers = { ...helpful, 'Set-Cookie': 'session=1', 'X-Other': 'x', Location: '/x' }
    const result = await resultOf(operation, { status: failure, headers, body: '' })
    const lowerCase = Object.entries(helpful).map(([name, value]) => [name.toLowerCase(), value])
    expect(result).toHaveProperty('error.headers', {
      'content-type': json,
      ...Object.fromEntries(lowerCase),
    })
  })

  test.each([
    ['120', 120_000],
    ['1.5', 1_500],
    ['0', 0],
    ['soon 2099', undefined],
    ['', undefined],
    ['-1', undefined],
  ])('a Retry-After of %j is %j milliseconds', async (value, expected) => {
    for (const status of [limit, undeclared(operation, 503)]) {
      const headers = { 'retry-after': value }
      const result = await resultOf(operation, { status, headers, type: 'text/html' })
      expect(Object(result).error.retryAfterMs).toBe(expected)
    }
  })
})
