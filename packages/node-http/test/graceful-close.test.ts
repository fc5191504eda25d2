import { once } from 'node:events'
import type { RequestListener, ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import { expect, it, vi } from 'vitest'
import {
  PendingResponses,
  abortOnClose,
  createHttpServer,
  prepareGracefulClose,
  rawResponse,
  rejectMalformedRequests,
} from '../src/index.ts'
import { open, start, statusesIn } from './support/server.ts'

/** How often to look whether something has happened, and for how long. */
const polling = { interval: 20, timeout: 20_000 }

async function serve(handle: RequestListener) {
  const server = createHttpServer({ keepAliveTimeout: 3_600_000 }).on('request', handle)
  const pending = new PendingResponses(server)
  const close = prepareGracefulClose(server, pending)
  const closed = once(server, 'close')
  return { ...(await start(server)), server, pending, close, closed }
}

const get = (path: string) => `GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`

/** A handler that responds to /slow only once it is released, and to everything else immediately. */
function slowHandler() {
  const slow: ServerResponse[] = []
  const handle: RequestListener = ({ url }, response) => {
    if (url === '/slow') slow.push(response)
    else response.end()
  }
  return { slow, handle }
}

it('sends every pending response of a connection, and closes it after the last', async () => {
  const { slow, handle } = slowHandler()
  await using running = await serve(handle)
  const socket = await open(running.url)
  const received = text(socket)
  socket.write(get('/slow') + get('/slow'))
  await expect.poll(() => slow.length, polling).toBe(2)
  running.close.begin()
  for (const response of slow) response.end()
  expect(statusesIn(await received)).toEqual([200, 200])
  expect((await received).match(/^connection: .*$/gim)).toEqual(['Connection: close'])
  await running.closed
})

it('closes a connection whose last response was complete before a slow one ahead of it', async () => {
  const { slow, handle } = slowHandler()
  await using running = await serve(handle)
  const socket = await open(running.url)
  const received = text(socket)
  socket.write(get('/slow') + get('/'))
  await expect.poll(() => slow.length, polling).toBe(1)
  expect((await fetch(running.url)).status).toBe(200) // by now the second one is complete
  running.close.begin()
  slow[0]?.end()
  expect(statusesIn(await received)).toEqual([200, 200])
  await running.closed
})

it('responds to a request whose headers are still arriving, and then closes the connection', async () => {
  await using running = await serve((_, response) => response.end())
  const socket = await open(running.url)
  socket.write(get('/') + get('/').slice(0, 10))
  await once(socket, 'data')
  const received = text(socket)
  running.close.begin()
  socket.write(get('/').slice(10))
  expect(await received).toMatch(/^HTTP\/1\.1 200 [^]*^Connection: close\r$/m)
  await running.closed
})

it('does not wait for a connection that never sent a byte', async () => {
  await using running = await serve((_, response) => response.end())
  const socket = await open(running.url)
  const closed = once(socket.resume(), 'close')
  expect((await fetch(running.url)).status).toBe(200) // by now the server has accepted it
  running.close.begin()
  await Promise.all([closed, running.closed])
})

it.each(['hello\r\n\r\n', 'CONNECT x:1 HTTP/1.1\r\nHost: x:1\r\n\r\n'])(
  'does not wait for a client that keeps its rejected connection open: %j',
  async (bytes) => {
    vi.useFakeTimers({ toFake: ['setTimeout'] })
    try {
      await using running = await serve((_, response) => response.end())
      rejectMalformedRequests(running.server, running.pending, () => rawResponse(400, {}, ''))
      const sockets = await Promise.all(Array.from({ length: 200 }, () => open(running.url, true)))
      const received = sockets.map((socket) => text(socket))
      for (const socket of sockets) socket.write(bytes)
      expect((await Promise.all(received)).map(statusesIn)).toEqual(sockets.map(() => [400]))
      running.close.begin()
      await running.closed
      for (const socket of sockets) socket.destroy()
    } finally {
      vi.useRealTimers()
    }
  },
)

it('lets connections end while it still accepts new ones', async () => {
  const { slow, handle } = slowHandler()
  await using running = await serve(handle)
  const [old, idle] = [await open(running.url), await open(running.url)]
  const received = text(old)
  old.write(get('/slow'))
  idle.write(get('/'))
  await once(idle, 'data')
  await expect.poll(() => slow.length, polling).toBe(1)
  running.close.endKeepAlive()
  slow[0]?.end()
  const created = await open(running.url)
  created.write(get('/'))
  idle.write(get('/'))
  for (const each of [received, text(created), text(idle)]) {
    expect(await each).toMatch(/^HTTP\/1\.1 200 [^]*^Connection: close\r$/m)
  }
})

it('closes everything immediately when forced to, including tunnels', async () => {
  const { slow, handle } = slowHandler()
  await using running = await serve(handle)
  running.server.on('connect', (_request, socket) => socket.write('HTTP/1.1 200 OK\r\n\r\n'))
  const [tunnel, waiting] = [await open(running.url), await open(running.url)]
  tunnel.write('CONNECT x:1 HTTP/1.1\r\nHost: x:1\r\n\r\n')
  waiting.write(get('/slow'))
  await once(tunnel, 'data')
  await expect.poll(() => slow.length, polling).toBe(1)
  for (const socket of [tunnel, waiting]) socket.resume().on('error', () => undefined)
  const closed = Promise.all([once(tunnel, 'close'), once(waiting, 'close')])
  running.close.begin()
  running.close.forceClose()
  await Promise.all([closed, running.closed])
})

it('aborts a signal when the client disconnects, or if the response is already closed', async () => {
  const { slow, handle } = slowHandler()
  await using running = await serve(handle)
  const socket = await open(running.url)
  socket.write(get('/slow'))
  await expect.poll(() => slow.length, polling).toBe(1)
  const [response] = slow
  if (response === undefined) throw new Error('no request came')
  const signal = abortOnClose(response)
  expect(signal.aborted).toBe(false)
  socket.destroy()
  await once(signal, 'abort')
  expect(abortOnClose(response).aborted).toBe(true)
})
