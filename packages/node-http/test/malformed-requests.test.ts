import { once } from 'node:events'
import type { RequestListener, ServerOptions } from 'node:http'
import type { Socket } from 'node:net'
import { text } from 'node:stream/consumers'
import { afterEach, describe, expect, it, vi } from 'vitest'
import {
  PendingResponses,
  createHttpServer,
  rawResponse,
  rejectMalformedRequests,
} from '../src/index.ts'
import { open, sendRaw, start, statusesIn } from './support/server.ts'

const statuses = { malformed: 400, connect: 404 }

function serve(handle: RequestListener = (_, response) => response.end(), options?: ServerOptions) {
  const server = createHttpServer(options)
  rejectMalformedRequests(server, new PendingResponses(server), (rejected) =>
    rawResponse(statuses[rejected], { 'Content-Type': 'text/plain' }, rejected),
  )
  return start(server.on('request', handle))
}

const whole = 'POST / HTTP/1.1\r\nHost: x\r\n\r\n'

describe('a malformed request', () => {
  it.each([
    ['no HTTP', 'hello\r\n\r\n'],
    ['TLS', '\u0016\u0003\u0001\u0002\u0000'],
    ['a header without a colon', 'POST / HTTP/1.1\r\nHost\r\n\r\n'],
    ['headers beyond the limit', `POST / HTTP/1.1\r\nA: ${'a'.repeat(20_000)}\r\n\r\n`],
    ['a broken chunk', 'POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n'],
  ])('gets the raw response, and the connection is closed: %s', async (_, bytes) => {
    await using server = await serve((request) => request.resume())
    expect(await sendRaw(server.url, bytes)).toBe(
      'HTTP/1.1 400 Bad Request\r\ncontent-type: text/plain\r\ncontent-length: 9\r\nconnection: close\r\n\r\nmalformed',
    )
  })

  it.each([
    ['its headers', 'POST / HTTP/1.1\r\nHost: x\r\n'],
    ['its body', 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nabc'],
  ])('is also one that takes too long for %s', async (_, bytes) => {
    const options = { headersTimeout: 100, requestTimeout: 200 }
    await using server = await serve((request) => request.resume(), options)
    expect(statusesIn(await sendRaw(server.url, bytes))).toEqual([400])
  })
})

describe('a client that continues to send after its request was rejected', () => {
  it.each([
    ['hello\r\n\r\n', 400],
    ['CONNECT x:1 HTTP/1.1\r\nHost: x:1\r\n\r\n', 404],
  ])('gets the whole response, and no error: %j', async (bytes, status) => {
    await using server = await serve()
    const socket = await open(server.url, true)
    let received = ''
    socket.on('data', (chunk: Buffer) => (received += chunk.toString()))
    socket.write(bytes)
    await once(socket, 'data')
    for (let count = 0; count < 50; count += 1) {
      socket.write('x'.repeat(10_000))
      // eslint-disable-next-line no-await-in-loop -- each write is a packet of its own
      await new Promise((resolve) => setImmediate(resolve))
    }
    socket.end()
    const [hadError] = await once(socket, 'close')
    expect([statusesIn(received), hadError]).toEqual([[status], false])
  })
})

describe('a tunnel', () => {
  it('is rejected, and the connection is closed', async () => {
    await using server = await serve()
    const received = await sendRaw(server.url, 'CONNECT x:1 HTTP/1.1\r\nHost: x:1\r\n\r\n')
    expect(received).toMatch(/^HTTP\/1\.1 404 Not Found\r\n[^]*\r\n\r\nconnect$/)
  })
})

describe('a rejected connection', () => {
  afterEach(() => vi.useRealTimers())

  it.each([
    ['no HTTP', 'hello\r\n\r\n'],
    ['headers beyond the limit', `POST / HTTP/1.1\r\nA: ${'a'.repeat(20_000)}\r\n\r\n`],
    ['a broken chunk', 'POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n'],
    ['headers that do not come', 'POST / HTTP/1.1\r\nHost: x\r\n'],
    ['a body that does not come', 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nabc'],
    ['a tunnel', 'CONNECT x:1 HTTP/1.1\r\nHost: x:1\r\n\r\n'],
  ])('is disconnected soon, if its clients never close it: %s', async (_, bytes) => {
    vi.useFakeTimers({ toFake: ['setTimeout'] })
    const server = createHttpServer({ headersTimeout: 100, requestTimeout: 200 })
    const pending = new PendingResponses(server)
    rejectMalformedRequests(server, pending, () => rawResponse(400, {}, ''))
    await using running = await start(server.on('request', (request) => request.resume()))
    const sockets = await Promise.all(Array.from({ length: 20 }, () => open(running.url, true)))
    const received = sockets.map((socket) => text(socket))
    for (const socket of sockets) socket.write(bytes)
    expect((await Promise.all(received)).map(statusesIn)).toEqual(sockets.map(() => [400]))
    const closed = [...pending.connections].map((connection) => once(connection, 'close'))
    expect(closed).toHaveLength(sockets.length)
    vi.advanceTimersByTime(2_000)
    await Promise.all(closed)
    for (const socket of sockets) socket.destroy()
  })

  it.each(['hello\r\n\r\n', 'CONNECT x:1 HTTP/1.1\r\nHost: x:1\r\n\r\n'])(
    'is closed as soon as its client closes it, without waiting for a timeout: %j',
    async (bytes) => {
      vi.useFakeTimers({ toFake: ['setTimeout'] })
      const server = createHttpServer()
      rejectMalformedRequests(server, new PendingResponses(server), () => rawResponse(400, {}, ''))
      const connected = once(server, 'connection')
      await using running = await start(server)
      const socket = await open(running.url, true)
      const [connection] = (await connected) as [Socket] // Node's documentation says so
      const closed = once(connection, 'close')
      socket.write(bytes)
      await once(socket.resume(), 'end')
      socket.end('what was to go through a tunnel')
      await closed
    },
  )
})

describe('a malformed request behind another one', () => {
  it.each(['hello\r\n\r\n', 'CONNECT x:1 HTTP/1.1\r\nHost: x:1\r\n\r\n'])(
    'closes the connection while a response is pending that its own would be taken for: %j',
    async (rest) => {
      await using server = await serve(() => undefined)
      expect(await sendRaw(server.url, whole + rest)).toBe('')
    },
  )

  it('gets its own response once the earlier one is complete', async () => {
    await using server = await serve((_, response) => response.end('first'))
    expect(statusesIn(await sendRaw(server.url, `${whole}hello\r\n\r\n`))).toEqual([200, 400])
  })

  it('never becomes part of a response that is being sent', async () => {
    await using server = await serve((_, response) => {
      response.writeHead(200, { 'content-length': 1000 }).write('first')
    })
    const head = 'POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n'
    const socket = await open(server.url)
    let received = ''
    socket.on('data', (chunk: Buffer) => (received += chunk.toString()))
    socket.on('error', () => undefined)
    socket.write(head)
    await once(socket, 'data')
    socket.write('zz\r\n')
    await once(socket, 'close')
    expect(statusesIn(received)).toEqual([200])
  })
})

describe('a raw response', () => {
  it('counts bytes, not characters', () => {
    expect(rawResponse(200, {}, 'é')).toContain('content-length: 2\r\n')
  })

  it.each([{ 'a b': '1' }, { a: '1\r\nb: 2' }])('rejects a header like %j', (headers) => {
    expect(() => rawResponse(200, headers, '')).toThrow(TypeError)
  })
})

describe('a server of createHttpServer', () => {
  it.each([
    ['without a host', 'POST / HTTP/1.1\r\nConnection: close\r\n\r\n'],
    [
      'with an unknown expectation',
      'POST / HTTP/1.1\r\nHost: x\r\nExpect: magic\r\nConnection: close\r\n\r\n',
    ],
  ])('leaves the response to a request %s to its handler', async (_, bytes) => {
    await using server = await serve((_request, response) => response.writeHead(418).end())
    expect(statusesIn(await sendRaw(server.url, bytes))).toEqual([418])
  })
})
