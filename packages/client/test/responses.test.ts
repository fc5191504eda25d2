import { declaresStatus } from '@connected-apps/contract'
import { allOperations } from '@connected-apps/contract/operations'
import { describe, expect, test, vi } from 'vitest'
import { ConnectedAppsError } from '@connected-apps/client'
import { MAX_BODY_BYTES } from '../src/transport.ts'
import { connectTo, rejectionOf } from './client.ts'
import { listen, respondWith } from './loopback.ts'
import { bodyOf, exampleOf, paramsOf } from './operations.ts'

describe.each(allOperations)('$operationId', (operation) => {
  const { successStatus: success, mediaType: json } = operation
  const { status: unauthorized } = exampleOf(operation, 'unauthorized')
  const { status: failure } = exampleOf(operation, 'server failure')
  const example = JSON.stringify(bodyOf(operation, 'success'))
  const params = paramsOf(operation)
  const method = operation.clientMethod.split('.').at(-1)
  const errors = Object.entries(operation.examples).filter(([, { status }]) => status !== success)

  /** The status, or the next one that the operation does not declare. */
  function undeclared(status: number): number {
    return declaresStatus(operation, status) ? undeclared(status + 1) : status
  }

  /** The client's result for a response with this status, media type and body. */
  async function resultFor(status: number, type: string | undefined, body: string | Uint8Array) {
    const server = await listen((_, response) => {
      response.writeHead(status, type === undefined ? {} : { 'content-type': type }).end(body)
    })
    return connectTo(operation, server.url, { maxRetries: 0 }).tryCall(params)
  }

  describe('an error of the contract', () => {
    test.each(errors)('%s arrives with all its fields', async (_, { status, body }) => {
      const server = await listen((__, response) => {
        response.writeHead(status, { 'content-type': json }).end(JSON.stringify(body))
      })
      const error = await rejectionOf(
        connectTo(operation, server.url, { maxRetries: 0 }).call(params),
      )
      expect(error).toBeInstanceOf(ConnectedAppsError)
      expect(error).toBeInstanceOf(Error)
      expect(error).toMatchObject({ ...Object(body), kind: 'http', body, attempts: 1 })
      const { error_type, error_message, request_id } = Object(body)
      expect(String(error)).toBe(
        `ConnectedAppsError: ${method}: ${status} ${error_type}: ${error_message}; request_id ${request_id}`,
      )
    })

    test('may have an unknown error_type, details, and undeclared properties', async () => {
      const body = {
        ...bodyOf(operation, 'unauthorized'),
        error_type: 'brand_new',
        error_details: { a: 1 },
        more: true,
      }
      expect(await resultFor(unauthorized, json, JSON.stringify(body))).toMatchObject({
        error: { kind: 'http', error_type: 'brand_new', error_details: { a: 1 }, body },
      })
    })

    test('has neither error_details nor retryAfterMs if the response lacks them', async () => {
      const server = await listen((_, response) => respondWith(response, operation, 'unauthorized'))
      const error = await rejectionOf(connectTo(operation, server.url).call(params))
      expect(error).not.toHaveProperty('error_details')
      expect(error).not.toHaveProperty('retryAfterMs')
    })

    test('can neither forge log lines nor flood a log', async () => {
      const body = {
        ...bodyOf(operation, 'unauthorized'),
        error_message: `a\r\n2026 INFO fine${'.'.repeat(9_000)}`,
      }
      const result = await resultFor(unauthorized, json, JSON.stringify(body))
      const { message } = result.ok ? { message: '' } : result.error
      expect(message).not.toMatch(/[\r\n]/)
      expect(message.length).toBeLessThan(600)
      expect(result).toMatchObject({ error: { error_message: body.error_message } })
    })
  })

  describe('a success of the contract', () => {
    test.each([
      [json, ''],
      [`${json}; charset=utf-8`, ''],
      ['Application/JSON ;charset="utf-8"', ''],
      [json, '\ufeff'],
    ])('is accepted as %j with %j before the body', async (type, before) => {
      const body = bodyOf(operation, 'success')
      expect(await resultFor(success, type, before + JSON.stringify(body))).toEqual({
        ok: true,
        body,
      })
    })

    test('may have undeclared properties', async () => {
      const body = { ...bodyOf(operation, 'success'), more: 1 }
      expect(await resultFor(success, json, JSON.stringify(body))).toEqual({ ok: true, body })
    })

    test('is read completely even if it arrives byte by byte', async () => {
      const body = { ...bodyOf(operation, 'success'), more: 'ö😀' }
      const bytes = [...new TextEncoder().encode(JSON.stringify(body))]
      const stream = new ReadableStream({
        pull(controller) {
          const byte = bytes.shift()
          if (byte === undefined) controller.close()
          else controller.enqueue(Uint8Array.of(byte))
        },
      })
      const fetch = async () =>
        new Response(stream, { status: success, headers: { 'content-type': json } })
      expect(await connectTo(operation, 'http://127.0.0.1:1', { fetch }).call(params)).toEqual(body)
    })
  })

  describe('any other response is a decode error with its status', () => {
    test.each<[string, number, string | undefined, string | Uint8Array, string]>([
      ['an empty success', success, json, '', 'json'],
      ['an empty failure', failure, json, '', 'json'],
      ['null', success, json, 'null', 'contract'],
      ['null with a failure', failure, json, 'null', 'contract'],
      ['an array', success, json, '[]', 'contract'],
      ['a string', success, json, '"ok"', 'contract'],
      ['false', failure, json, 'false', 'contract'],
      ['a truncated success', success, json, example.slice(0, -2), 'json'],
      ['a truncated error', unauthorized, json, '{"status_code":', 'json'],
      ['two values', success, json, example + example, 'json'],
      ['UTF-16', success, json, Buffer.from(example, 'utf16le'), 'json'],
      ['HTML as HTML', success, 'text/html', '<h1>Welcome</h1>', 'media type'],
      ['HTML as JSON', success, json, '<h1>Welcome</h1>', 'json'],
      ['HTML with an error', unauthorized, 'text/html', '<h1>Log in</h1>', 'media type'],
      ['JSON as text/plain', success, 'text/plain', example, 'media type'],
      ['JSON without a media type', success, undefined, example, 'media type'],
      ['JSON of another media type', success, 'application/problem+json', example, 'media type'],
      [
        'the body of another status',
        success,
        json,
        JSON.stringify(bodyOf(operation, 'unauthorized')),
        'contract',
      ],
      ['the body of a success in an error', unauthorized, json, example, 'contract'],
      ['an empty object', success, json, '{}', 'contract'],
      [
        'a status_code that is a string',
        success,
        json,
        JSON.stringify({ ...bodyOf(operation, 'success'), status_code: `${success}` }),
        'contract',
      ],
      ['an undeclared success', undeclared(200), json, example, 'status'],
      ['an undeclared success without a body', 204, undefined, '', 'status'],
      ['an undeclared error of the client', undeclared(418), json, example, 'status'],
      ['the page of a proxy', undeclared(502), 'text/html', '<h1>Bad Gateway</h1>', 'status'],
      ['an undeclared failure without a body', undeclared(503), undefined, '', 'status'],
    ])('%s', async (_, status, type, body, reason) => {
      expect(await resultFor(status, type, body)).toMatchObject({
        ok: false,
        error: { kind: 'decode', status_code: status, reason, attempts: 1 },
      })
    })

    test('it has the request_id of the body, if there is one', async () => {
      const body: Record<string, unknown> = {
        ...bodyOf(operation, 'server failure'),
        status_code: undeclared(503),
      }
      expect(await resultFor(undeclared(503), json, JSON.stringify(body))).toMatchObject({
        error: { reason: 'status', request_id: body['request_id'] },
      })
      expect(await resultFor(undeclared(503), json, '{"request_id":{"a":1}}')).not.toHaveProperty(
        'error.request_id',
      )
    })

    test.each([success, failure])(
      'it also covers a %i whose request_id is not a string',
      async (status) => {
        const body = `{"status_code":${status},"request_id":{"toString":1,"valueOf":1}}`
        expect(await resultFor(status, json, body)).toMatchObject({
          error: { kind: 'decode', status_code: status, reason: 'contract', attempts: 1 },
        })
      },
    )

    test('its message omits a missing request_id', async () => {
      const result = await resultFor(success, 'text/html', '<h1>Welcome</h1>')
      expect(result).toMatchObject({
        error: { message: `${method}: ${success} breaks the contract (media type)` },
      })
    })

    test('it says where the body breaks the contract', async () => {
      const result = await resultFor(
        unauthorized,
        json,
        JSON.stringify({ ...bodyOf(operation, 'unauthorized'), error_type: 7 }),
      )
      expect(result).toMatchObject({
        error: { violations: [{ pointer: '/error_type', keyword: 'type' }] },
      })
      expect(String(Object(result).error)).toContain('(contract /error_type must be string)')
    })

    test('it has Retry-After in milliseconds', async () => {
      const server = await listen((_, response) => {
        response.writeHead(undeclared(503), { 'retry-after': '120' }).end()
      })
      const result = await connectTo(operation, server.url, { maxRetries: 0 }).tryCall(params)
      expect(result).toMatchObject({ error: { kind: 'decode', retryAfterMs: 120_000 } })
    })
  })

  describe('a body that is too large', () => {
    test('is not read to the end', async () => {
      const server = await listen((_, response) => {
        response.writeHead(success, { 'content-type': json })
        const writeMore = () => {
          while (!response.destroyed && response.write('x'.repeat(65_536)));
        }
        response.on('drain', writeMore)
        writeMore()
      })
      expect(
        await connectTo(operation, server.url, { maxRetries: 0 }).tryCall(params),
      ).toMatchObject({
        error: { kind: 'decode', reason: 'size', status_code: success },
      })
      await vi.waitFor(() => expect(server.requests[0]?.socket.destroyed).toBe(true), {
        timeout: 10_000,
      })
    })

    test('is cancelled at its source', async () => {
      const cancel = vi.fn<() => void>()
      const pull = (controller: ReadableByteStreamController | ReadableStreamDefaultController) =>
        controller.enqueue(new Uint8Array(65_536))
      const fetch = async () => new Response(new ReadableStream({ pull, cancel }))
      await connectTo(operation, 'http://127.0.0.1:1', { fetch }).tryCall(params)
      expect(cancel).toHaveBeenCalledOnce()
    })

    test('is rejected above the maximum, and read up to it', async () => {
      const body = JSON.stringify({ ...bodyOf(operation, 'success'), padding: '' })
      const paddedTo = (bytes: number) => body.replace('""', `"${'x'.repeat(bytes - body.length)}"`)
      expect(await resultFor(success, json, paddedTo(MAX_BODY_BYTES))).toMatchObject({ ok: true })
      expect(await resultFor(success, json, paddedTo(MAX_BODY_BYTES + 1))).toMatchObject({
        error: { reason: 'size' },
      })
    })
  })
})
