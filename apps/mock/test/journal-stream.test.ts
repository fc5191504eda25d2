import { createHttpServer, listen } from '@connected-apps/node-http'
import { ScenarioEngine } from '@connected-apps/scenarios'
import { once } from 'node:events'
import { connect } from 'node:net'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { startMock } from '../src/index.ts'
import type { Mock, ScenarioDefinition } from '../src/index.ts'
import { streamJournal } from '../src/mock/journal-stream.ts'
import { maxStreamedEntries } from '../src/mock/journal-event.ts'
import { call } from './call.ts'
import { anyOperation, successOf } from './operations.ts'
import { openEvents } from './read-events.ts'

const route = '/__mock/journal/events'
const status = anyOperation.successStatus

let mock: Mock
let opened: Awaited<ReturnType<typeof openEvents>>[] = []
beforeAll(async () => {
  mock = await startMock()
})
beforeEach(() => mock.reset())
afterEach(() => {
  for (const events of opened) events.close()
  opened = []
})
afterAll(() => mock.close())

async function open(url = mock.url, headers = {}) {
  const events = await openEvents(url + route, headers)
  opened.push(events)
  return events
}

/** Reads until the latest entry is complete, and joins what came until then. */
async function nextComplete(events: Awaited<ReturnType<typeof open>>) {
  for (;;) {
    const event = await events.next()
    if (event.entries.at(-1)?.status !== undefined) return event
  }
}

describe('the events of a journal', () => {
  it('begin with its entries, and continue with those that are new or complete', async () => {
    await call(mock.url, anyOperation)
    const events = await open()
    expect(await events.next()).toMatchObject({
      type: 'journal',
      total: 1,
      entries: [{ number: 1, status }],
    })
    const delayed = call(mock.url, anyOperation, { headers: { prefer: 'wait=0.3' } })
    const { entries, ...event } = await events.next()
    expect(event).toEqual({ type: 'entries', total: 2 })
    expect(entries).toMatchObject([{ number: 2, operationId: anyOperation.operationId }])
    expect(entries[0]?.status).toBeUndefined()
    await delayed
    expect(await events.next()).toMatchObject({ type: 'entries', entries: [{ number: 2, status }] })
  })

  it('are those of one key', async () => {
    const [url, other] = [mock.urlOf('events-a'), mock.urlOf('events-b')]
    const events = await open(url)
    expect(await events.next()).toMatchObject({ type: 'journal', total: 0 })
    for (const each of [other, mock.url, url]) await call(each, anyOperation)
    expect(await nextComplete(events)).toMatchObject({ total: 1, entries: [{ number: 1 }] })
  })

  it('start over after a reset, without the requests from before it', async () => {
    const events = await open()
    await events.next()
    const delayed = call(mock.url, anyOperation, { headers: { prefer: 'wait=2' } })
    expect(await events.next()).toMatchObject({ total: 1 })
    await fetch(`${mock.url}/__mock/reset`, { method: 'POST' })
    expect(await events.next()).toEqual({ type: 'journal', total: 0, entries: [] })
    await delayed
    expect(await events.next()).toEqual({ type: 'entries', total: 0, entries: [] })
  })

  it('start over when a part of the journal is removed', async () => {
    await call(mock.url, anyOperation)
    await call(mock.url, anyOperation, { headers: { authorization: '' } })
    const events = await open()
    expect(await events.next()).toMatchObject({ total: 2 })
    await fetch(`${mock.url}/__mock/journal?status=${status}`, { method: 'DELETE' })
    expect(await events.next()).toMatchObject({ type: 'journal', entries: [{ number: 2 }] })
  })

  it('start over when the key was evicted', async () => {
    const url = mock.urlOf('events-evicted')
    await call(url, anyOperation)
    const events = await open(url)
    expect(await events.next()).toMatchObject({ total: 1 })
    for (let other = 0; other < 100; other += 1) {
      await call(mock.urlOf(`events-${other}`), anyOperation)
    }
    expect(await events.next()).toEqual({ type: 'journal', total: 0, entries: [] })
    expect(mock.key('events-0').journal.total).toBe(1) // not evicted in turn, by the stream
    await call(url, anyOperation)
    expect(await events.next()).toMatchObject({
      type: 'journal',
      total: 1,
      entries: [{ number: 1 }],
    })
  })

  it('start over when a scenario is defined', async () => {
    const events = await open()
    await events.next()
    const { operationId } = anyOperation
    const example = successOf(anyOperation)
    mock.define({ operationId, id: 'mine', responses: [{ example }] } as ScenarioDefinition)
    expect(await events.next()).toEqual({ type: 'journal', total: 0, entries: [] })
  })

  it('are about the latest requests', async () => {
    const path = '/nothing'
    for (let sent = 0; sent <= maxStreamedEntries; sent += 1) await fetch(mock.url + path)
    const { total, entries } = await (await open()).next()
    expect(total).toBe(maxStreamedEntries + 1)
    expect(entries).toHaveLength(maxStreamedEntries)
    expect(entries[0]?.number).toBe(2)
  })

  it('end when the mock is closed', async () => {
    const closing = await startMock()
    const events = await open(closing.url)
    await events.next()
    await closing.close()
    await expect(events.next()).rejects.toThrow('terminated')
  })
})

describe('a request for the events', () => {
  it.each([
    ['another origin', { origin: 'http://127.0.0.1:1' }],
    ['an opaque origin', { origin: 'null' }],
    ['another site', { 'sec-fetch-site': 'cross-site' }],
    ['another port', { 'sec-fetch-site': 'same-site' }],
  ])('is rejected from a page of %s, which may not read that either', async (_, headers) => {
    const response = await fetch(mock.url + route, { headers })
    expect(response.status).toBe(403)
    expect(await response.json()).toEqual({
      message: 'the events are for pages of this server; others read /__mock/journal',
    })
    expect(response.headers.has('access-control-allow-origin')).toBe(false)
  })

  it('is accepted from a page of the mock', async () => {
    const headers = { origin: mock.url, 'sec-fetch-site': 'same-origin' }
    expect(await (await open(mock.url, headers)).next()).toMatchObject({ type: 'journal' })
  })

  it('cannot filter, and names a valid key', async () => {
    for (const query of ['?status=200', '?__key=a%20b']) {
      expect((await fetch(mock.url + route + query)).status).toBe(400)
    }
  })

  it('gets only the headers with HEAD', async () => {
    const response = await fetch(mock.url + route, { method: 'HEAD' })
    expect(response.headers.get('content-type')).toBe('text/event-stream')
    expect(response.headers.get('cache-control')).toBe('no-store')
    expect(await response.text()).toBe('')
  })
})

describe('a reader of the events', () => {
  let listeners = 0
  class CountingEngine extends ScenarioEngine {
    override subscribe(...parameters: Parameters<ScenarioEngine['subscribe']>) {
      listeners += 1
      const end = super.subscribe(...parameters)
      return () => {
        listeners -= 1
        end()
      }
    }
  }
  const engine = new CountingEngine()
  const server = createHttpServer()
  server.on('request', (request, response) => streamJournal(request, response, engine, ''))
  let url: string
  beforeAll(async () => {
    url = await listen(server, { host: '127.0.0.1', port: 0 })
  })
  afterAll(() => server.close())

  const receive = (path: string) => {
    engine.receive({ method: 'GET', url: path, headers: new Headers() })
  }

  it('is dropped when it does not read', async () => {
    const socket = connect(Number(new URL(url).port), '127.0.0.1').pause()
    socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n')
    const [, response] = await once(server, 'request')
    const closed = once(response, 'close')
    // More than the buffers of the operating system hold.
    const timer = setInterval(() => {
      for (let sent = 0; sent < maxStreamedEntries; sent += 1) receive(`/${'a'.repeat(512)}`)
    }, 1)
    await closed
    clearInterval(timer)
    expect(response.writableEnded).toBe(false)
    socket.destroy()
  })

  it('gets heartbeats while nothing happens, and leaves nothing behind once it is gone', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
    const request = once(server, 'request')
    const events = await openEvents(url)
    const [, response] = await request
    await events.next()
    await vi.advanceTimersByTimeAsync(15_000)
    receive('/later')
    await events.next()
    expect(events.comments).toEqual([':'])
    expect([listeners, vi.getTimerCount()]).toEqual([1, 1])
    const closed = once(response, 'close')
    events.close()
    await closed
    expect([listeners, vi.getTimerCount()]).toEqual([0, 0])
    vi.useRealTimers()
  })
})
