import { allOperations } from '@connected-apps/contract/operations'
import { describe, expect, test } from 'vitest'
import { connectTo } from './client.ts'
import { bodyOf, methodNameOf, paramsOf } from './operations.ts'
import { resultOf, undeclared } from './results.ts'

describe.each(allOperations)('$operationId', (operation) => {
  const { successStatus: success, mediaType: json } = operation
  const body = bodyOf(operation, 'success')
  const example = JSON.stringify(body)
  const params = paramsOf(operation)

  describe('a success of the contract', () => {
    test.each([
      [json, ''],
      [`${json}; charset=utf-8`, ''],
      ['Application/JSON ;charset="utf-8"', ''],
      [json, '\ufeff'],
    ])('is accepted as %j with %j before the body', async (type, before) => {
      expect(await resultOf(operation, { status: success, type, body: before + example })).toEqual({
        ok: true,
        body,
        attempts: 1,
      })
    })

    test('may have undeclared properties', async () => {
      const more = { ...body, more: 1, deep: { nothing: null, list: [true, 'a&b', '100%'] } }
      expect(await resultOf(operation, { status: success, body: more })).toEqual({
        ok: true,
        body: more,
        attempts: 1,
      })
    })

    test('is read completely even if it arrives byte by byte', async () => {
      const long = { ...body, more: 'ö😀' }
      const bytes = [...new TextEncoder().encode(JSON.stringify(long))]
      const stream = new ReadableStream({
        pull(controller) {
          const byte = bytes.shift()
          if (byte === undefined) controller.close()
          else controller.enqueue(Uint8Array.of(byte))
        },
      })
      const fetch = async () =>
        new Response(stream, { status: success, headers: { 'content-type': json } })
      expect(await connectTo(operation, 'http://127.0.0.1:1', { fetch }).call(params)).toEqual(long)
    })
  })

  describe('a success that cannot be trusted is a decode error with its status', () => {
    test.each<[string, number, string | null, unknown, string]>([
      ['no body', success, json, '', 'json'],
      ['null', success, json, 'null', 'contract'],
      ['an array', success, json, [], 'contract'],
      ['a string', success, json, '"ok"', 'contract'],
      ['a truncated body', success, json, example.slice(0, -2), 'json'],
      ['two values', success, json, example + example, 'json'],
      ['UTF-16', success, json, Buffer.from(example, 'utf16le'), 'json'],
      ['HTML as HTML', success, 'text/html', '<h1>Welcome</h1>', 'media type'],
      ['HTML as JSON', success, json, '<h1>Welcome</h1>', 'json'],
      ['JSON as text/plain', success, 'text/plain', example, 'media type'],
      ['JSON without a media type', success, null, example, 'media type'],
      ['JSON of another media type', success, 'application/problem+json', example, 'media type'],
      ['the body of an error', success, json, bodyOf(operation, 'unauthorized'), 'contract'],
      ['an empty object', success, json, {}, 'contract'],
      [
        'a status_code that is a string',
        success,
        json,
        { ...body, status_code: `${success}` },
        'contract',
      ],
      [
        'a request_id that is an object',
        success,
        json,
        { ...body, request_id: { toString: 1, valueOf: 1 } },
        'contract',
      ],
      ['an undeclared success', undeclared(operation, 200), json, example, 'status'],
      ['an accepted request', undeclared(operation, 202), json, example, 'status'],
      ['an undeclared success without a body', 204, null, '', 'status'],
      ['a part of the body', undeclared(operation, 206), json, example, 'status'],
    ])('%s', async (_, status, type, sent, reason) => {
      const result = await resultOf(operation, { status, type, body: sent })
      expect(result).toMatchObject({
        ok: false,
        error: { kind: 'decode', status_code: status, reason, attempts: 1 },
      })
      expect(result).not.toHaveProperty('error.body')
      expect(result).not.toHaveProperty('error.violations', [])
    })

    test('it is not retried', async () => {
      const sent = { status: success, body: {} }
      expect(await resultOf(operation, sent, { maxRetries: 3 })).toMatchObject({
        error: { kind: 'decode', attempts: 1 },
      })
    })

    test('it has the request_id of the body, if there is one', async () => {
      const status = undeclared(operation, 200)
      expect(await resultOf(operation, { status, body })).toMatchObject({
        error: { reason: 'status', request_id: body['request_id'] },
      })
      const other = { ...body, request_id: { a: 1 } }
      expect(await resultOf(operation, { status, body: other })).not.toHaveProperty(
        'error.request_id',
      )
    })

    test('it has the headers that help support', async () => {
      const headers = { 'X-Request-Id': 'r-1', 'cf-ray': 'c-1', 'x-other': 'o-1' }
      const result = await resultOf(operation, { status: success, type: 'text/html', headers })
      expect(result).toMatchObject({
        error: {
          headers: { 'content-type': 'text/html', 'x-request-id': 'r-1', 'cf-ray': 'c-1' },
        },
      })
      expect(result).not.toHaveProperty('error.headers.x-other')
    })

    test('its message omits a missing request_id', async () => {
      const type = 'text/html'
      const result = await resultOf(operation, { status: success, type, body: '<h1>Hello</h1>' })
      const { message } = result.ok ? { message: '' } : result.error
      expect(message).toContain(`${methodNameOf(operation)}: ${success} `)
      expect(message).toContain(type)
      expect(message).not.toContain('request_id')
    })

    test('it has every violation of the contract, and no value of the body', async () => {
      const changed = { ...body, status_code: 'two hundred', request_id: 7_654_321 }
      const result = await resultOf(operation, { status: success, body: changed })
      expect(result).toMatchObject({
        error: {
          reason: 'contract',
          violations: expect.arrayContaining([
            { part: 'body', where: '/status_code', message: expect.any(String) },
            { part: 'body', where: '/request_id', message: expect.any(String) },
          ]),
        },
      })
      const { message, violations } = Object(Object(result).error)
      for (const { where } of violations) expect(message).toContain(where)
      expect(JSON.stringify(result) + message).not.toMatch(/two hundred|7654321/)
    })

    test('its violations are those that the contract finds', async () => {
      const result = await resultOf(operation, { status: success, type: 'text/html', body: {} })
      const violations: { part: string }[] = Object(result).error.violations
      expect(new Set(violations.map(({ part }) => part))).toEqual(new Set(['media type', 'body']))
    })
  })
})
