import { once } from 'node:events'
import http from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { BodyAbortedError, createHttpServer, readBody } from '../src/index.ts'
import { open, start } from './support/server.ts'

/** How often to look whether something has happened, and for how long. */
const polling = { interval: 20, timeout: 20_000 }

function serve(handle: (request: IncomingMessage, response: ServerResponse) => void) {
  return start(createHttpServer().on('request', handle))
}

const toArray = (body: Buffer | 'too long' | BodyAbortedError) =>
  body instanceof Uint8Array ? [...body] : body

it('returns the bytes of a body up to the limit, whatever their chunks', async () => {
  const chunks = fc.array(fc.uint8Array({ maxLength: 20 }))
  await fc.assert(
    fc.asyncProperty(chunks, fc.nat(60), fc.nat(60), async (parts, maxBytes, maxDiscardedBytes) => {
      const stream = new Response(new Blob(parts)).body ?? new ReadableStream()
      const whole = Buffer.concat(parts)
      const body = await readBody(stream, { maxBytes, maxDiscardedBytes })
      expect(toArray(body)).toEqual(whole.length > maxBytes ? 'too long' : [...whole])
    }),
  )
})

describe('the body of a request', () => {
  it('that is too long can be responded to, and the client reads the response', async () => {
    await using server = await serve((request, response) => {
      void readBody(request, { maxBytes: 10, maxDiscardedBytes: 4_000_000 }).then((body) =>
        response.writeHead(413, { connection: 'close' }).end(String(body)),
      )
    })
    const response = await fetch(server.url, { method: 'POST', body: 'x'.repeat(3_000_000) })
    expect([response.status, await response.text()]).toEqual([413, 'too long'])
  })

  it('that does not end is abandoned, and its connection stays open for the response', async () => {
    await using server = await serve((request, response) => {
      void readBody(request, { maxBytes: 10 }).then((body) => response.end(String(body)))
    })
    const socket = await open(server.url)
    socket.write('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n01234567890')
    const [received] = (await once(socket, 'data')) as [Buffer] // Node's documentation says so
    expect(received.toString()).toMatch(/^HTTP\/1\.1 200 [^]*too long$/)
    socket.destroy()
  })

  it('whose client disconnects is an error with the cause', async () => {
    let reading: Promise<unknown> | undefined
    await using server = await serve((request) => {
      reading = readBody(request, { maxBytes: 10 })
      socket.destroy()
    })
    const socket = await open(server.url)
    socket.write('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nabc')
    await expect.poll(() => reading, polling).toBeDefined()
    const body = await reading
    expect(body).toBeInstanceOf(BodyAbortedError)
    expect(body).toMatchObject({ cause: { code: 'ECONNRESET' } })
  })
})

describe('the body of a response', () => {
  it('that does not end is abandoned, and its connection is closed', async () => {
    let isClosed = false
    await using server = await serve((_request, response) => {
      response.on('close', () => (isClosed = true)).write('x'.repeat(100))
    })
    const request = http.get(server.url)
    const [response] = (await once(request, 'response')) as [IncomingMessage] // Node's documentation says so
    expect(await readBody(response, { maxBytes: 10 })).toBe('too long')
    await expect.poll(() => isClosed, polling).toBe(true)
  })

  it('that breaks off is an error with the cause, by node:http and by fetch', async () => {
    await using server = await serve((_request, response) => {
      response.writeHead(200, { 'content-length': 100 }).write('x', () => response.destroy())
    })
    const request = http.get(server.url)
    const [response] = (await once(request, 'response')) as [IncomingMessage] // Node's documentation says so
    expect(await readBody(response, { maxBytes: 10 })).toMatchObject({
      name: 'BodyAbortedError',
      cause: { code: 'ECONNRESET' },
    })
    const { body } = await fetch(server.url)
    expect(await readBody(body ?? new ReadableStream(), { maxBytes: 10 })).toMatchObject({
      name: 'BodyAbortedError',
      cause: expect.any(Error),
    })
  })

  it('that is too long is reported as such even if its stream fails when it is cancelled', async () => {
    const stream = new ReadableStream<Uint8Array>({
      pull: (controller) => controller.enqueue(new Uint8Array(20)),
      cancel: () => Promise.reject(new Error('cannot be cancelled')),
    })
    expect(await readBody(stream, { maxBytes: 10 })).toBe('too long')
  })
})
