import type { Status } from '@connected-apps/contract'
import { operation } from '@connected-apps/contract'
import { responseExamples } from '@connected-apps/contract/examples'
import { describe, expect, test, vi } from 'vitest'
import { ConnectedAppsError } from '@connected-apps/client'
import { MAX_BODY_BYTES } from '../src/transport.ts'
import { connectTo, ids, rejectionOf } from './client.ts'
import { exampleOf, listen, respondWith } from './loopback.ts'

const json = operation.mediaType

/** The client's result for a response with this status, media type and body. */
async function resultFor(status: number, type: string | undefined, body: string | Uint8Array) {
  const server = await listen((_, response) => {
    response.writeHead(status, type === undefined ? {} : { 'content-type': type }).end(body)
  })
  return connectTo(server.url, { maxRetries: 0 }).tryRevoke(ids)
}

const errors = Object.entries(responseExamples).flatMap(([status, examples]) =>
  Object.entries(examples)
    .filter(([, body]) => 'error_type' in body)
    .map(([name, body]) => ({ status: Number(status) as Status, name, body })),
) // safe: the keys are the statuses of the contract

describe('an error of the contract', () => {
  test.each(errors)('$status $name arrives with all its fields', async ({ status, body }) => {
    const server = await listen((_, response) => {
      response.writeHead(status, { 'content-type': json }).end(JSON.stringify(body))
    })
    const error = await rejectionOf(connectTo(server.url, { maxRetries: 0 }).revoke(ids))
    expect(error).toBeInstanceOf(ConnectedAppsError)
    expect(error).toBeInstanceOf(Error)
    expect(error).toMatchObject({ ...body, kind: 'http', body, attempts: 1 })
    const { error_type, error_message, request_id } = Object(body)
    expect(String(error)).toBe(
      `ConnectedAppsError: revoke: ${status} ${error_type}: ${error_message}; request_id ${request_id}`,
    )
  })

  test('may have an unknown error_type, details, and undeclared properties', async () => {
    const body = { ...exampleOf(404), error_type: 'brand_new', error_details: { a: 1 }, more: true }
    expect(await resultFor(404, json, JSON.stringify(body))).toMatchObject({
      error: { kind: 'http', error_type: 'brand_new', error_details: { a: 1 }, body },
    })
  })

  test('has neither error_details nor retryAfterMs if the response lacks them', async () => {
    const server = await listen((_, response) => respondWith(response, 401))
    const error = await rejectionOf(connectTo(server.url).revoke(ids))
    expect(error).not.toHaveProperty('error_details')
    expect(error).not.toHaveProperty('retryAfterMs')
  })

  test('can neither forge log lines nor flood a log', async () => {
    const body = { ...exampleOf(404), error_message: `a\r\n2026 INFO fine${'.'.repeat(9_000)}` }
    const result = await resultFor(404, json, JSON.stringify(body))
    const { message } = result.ok ? { message: '' } : result.error
    expect(message).not.toMatch(/[\r\n]/)
    expect(message.length).toBeLessThan(600)
    expect(result).toMatchObject({ error: { error_message: body.error_message } })
  })
})

describe('a 200 of the contract', () => {
  test.each([
    [json, ''],
    [`${json}; charset=utf-8`, ''],
    ['Application/JSON ;charset="utf-8"', ''],
    [json, '\ufeff'],
  ])('is accepted as %j with %j before the body', async (type, before) => {
    const body = exampleOf(200)
    expect(await resultFor(200, type, before + JSON.stringify(body))).toEqual({ ok: true, body })
  })

  test('may have undeclared properties', async () => {
    const body = { ...exampleOf(200), more: 1 }
    expect(await resultFor(200, json, JSON.stringify(body))).toEqual({ ok: true, body })
  })

  test('is read completely even if it arrives byte by byte', async () => {
    const body = { ...exampleOf(200), more: 'ö😀' }
    const bytes = [...new TextEncoder().encode(JSON.stringify(body))]
    const stream = new ReadableStream({
      pull(controller) {
        const byte = bytes.shift()
        if (byte === undefined) controller.close()
        else controller.enqueue(Uint8Array.of(byte))
      },
    })
    const fetch = async () => new Response(stream, { headers: { 'content-type': json } })
    expect(await connectTo('http://127.0.0.1:1', { fetch }).revoke(ids)).toEqual(body)
  })
})

const example = JSON.stringify(exampleOf(200))

describe('any other response is a decode error with its status', () => {
  test.each<[string, number, string | undefined, string | Uint8Array, string]>([
    ['an empty 200', 200, json, '', 'json'],
    ['an empty 500', 500, json, '', 'json'],
    ['null', 200, json, 'null', 'contract'],
    ['null with a 500', 500, json, 'null', 'contract'],
    ['an array', 200, json, '[]', 'contract'],
    ['a string', 200, json, '"ok"', 'contract'],
    ['false', 500, json, 'false', 'contract'],
    ['a truncated 200', 200, json, example.slice(0, -2), 'json'],
    ['a truncated 401', 401, json, '{"status_code":401', 'json'],
    ['two values', 200, json, example + example, 'json'],
    ['UTF-16', 200, json, Buffer.from(example, 'utf16le'), 'json'],
    ['HTML as HTML', 200, 'text/html', '<h1>Welcome</h1>', 'media type'],
    ['HTML as JSON', 200, json, '<h1>Welcome</h1>', 'json'],
    ['HTML with a 401', 401, 'text/html', '<h1>Log in</h1>', 'media type'],
    ['JSON as text/plain', 200, 'text/plain', example, 'media type'],
    ['JSON without a media type', 200, undefined, example, 'media type'],
    ['JSON of another media type', 200, 'application/problem+json', example, 'media type'],
    ['the body of another status', 200, json, JSON.stringify(exampleOf(401)), 'contract'],
    ['the body of a 200 in a 404', 404, json, example, 'contract'],
    ['a 200 without request_id', 200, json, '{"status_code":200}', 'contract'],
    [
      'a status_code that is a string',
      200,
      json,
      '{"status_code":"200","request_id":"r"}',
      'contract',
    ],
    ['a 201', 201, json, example, 'status'],
    ['a 204', 204, undefined, '', 'status'],
    ['a 402', 402, json, example, 'status'],
    ['a 502 with an HTML page', 502, 'text/html', '<h1>Bad Gateway</h1>', 'status'],
    ['a 503 without a body', 503, undefined, '', 'status'],
  ])('%s', async (_, status, type, body, reason) => {
    expect(await resultFor(status, type, body)).toMatchObject({
      ok: false,
      error: { kind: 'decode', status_code: status, reason, attempts: 1 },
    })
  })

  test('it has the request_id of the body, if there is one', async () => {
    const body: Record<string, unknown> = { ...exampleOf(500), status_code: 503 }
    expect(await resultFor(503, json, JSON.stringify(body))).toMatchObject({
      error: { reason: 'status', request_id: body['request_id'] },
    })
    expect(await resultFor(503, json, '{"request_id":{"a":1}}')).not.toHaveProperty(
      'error.request_id',
    )
  })

  test.each([200, 500])('it also covers a %i whose request_id is not a string', async (status) => {
    const body = `{"status_code":${status},"request_id":{"toString":1,"valueOf":1}}`
    expect(await resultFor(status, json, body)).toMatchObject({
      error: { kind: 'decode', status_code: status, reason: 'contract', attempts: 1 },
    })
  })

  test('its message omits a missing request_id', async () => {
    const result = await resultFor(200, 'text/html', '<h1>Welcome</h1>')
    expect(result).toMatchObject({
      error: { message: 'revoke: 200 breaks the contract (media type)' },
    })
  })

  test('it says where the body breaks the contract', async () => {
    const result = await resultFor(401, json, JSON.stringify({ ...exampleOf(401), error_type: 7 }))
    expect(result).toMatchObject({
      error: { violations: [{ pointer: '/error_type', keyword: 'type' }] },
    })
    expect(String(Object(result).error)).toContain(
      '(contract /error_type must satisfy type string)',
    )
  })

  test('it has Retry-After in milliseconds', async () => {
    const server = await listen((_, response) => {
      response.writeHead(503, { 'retry-after': '120' }).end()
    })
    const result = await connectTo(server.url, { maxRetries: 0 }).tryRevoke(ids)
    expect(result).toMatchObject({ error: { kind: 'decode', retryAfterMs: 120_000 } })
  })
})

describe('a body that is too large', () => {
  test('is not read to the end', async () => {
    const server = await listen((_, response) => {
      response.writeHead(200, { 'content-type': json })
      const writeMore = () => {
        while (!response.destroyed && response.write('x'.repeat(65_536)));
      }
      response.on('drain', writeMore)
      writeMore()
    })
    expect(await connectTo(server.url, { maxRetries: 0 }).tryRevoke(ids)).toMatchObject({
      error: { kind: 'decode', reason: 'size', status_code: 200 },
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
    await connectTo('http://127.0.0.1:1', { fetch }).tryRevoke(ids)
    expect(cancel).toHaveBeenCalledOnce()
  })

  test('is rejected above the maximum, and read up to it', async () => {
    const body = JSON.stringify({ ...exampleOf(200), padding: '' })
    const paddedTo = (bytes: number) => body.replace('""', `"${'x'.repeat(bytes - body.length)}"`)
    expect(await resultFor(200, json, paddedTo(MAX_BODY_BYTES))).toMatchObject({ ok: true })
    expect(await resultFor(200, json, paddedTo(MAX_BODY_BYTES + 1))).toMatchObject({
      error: { reason: 'size' },
    })
  })
})
