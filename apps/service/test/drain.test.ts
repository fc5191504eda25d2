import { once } from 'node:events'
import type { Socket } from 'node:net'
import { connect } from 'node:net'
import { PassThrough } from 'node:stream'
import { text } from 'node:stream/consumers'
import { describe, expect, it } from 'vitest'
import { createLogger } from '../src/server/logger.ts'
import { basic } from './support/operations.ts'
import { pathOf, revoke, revokeConnectedApp } from './support/revoke.ts'
import { startInstance, useService } from './support/service.ts'

/** How often to check whether something has happened, and for how long. */
const polling = { interval: 50, timeout: 20_000 }
/** With these a service stops because no response is pending, and not because of a timeout. */
const longTimeouts = { drainMs: 3_600_000, httpLimits: { keepAliveTimeout: 3_600_000 } }

const test = useService()

const live = 'GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n'

describe('a service that stops', () => {
  it('responds to all pipelined requests of a client', async () => {
    const stopping = await startInstance(test.database.url, longTimeouts)
    const unlock = await lockProjects()
    const socket = await open(stopping.url)
    const received = text(socket)
    socket.write(revokeRequest() + revokeRequest())
    await expect.poll(isBlocked, polling).toBe(true)

    const stopped = stopping.close()
    await unlock()
    expect(responsesIn(await received)).toEqual([
      { status: 200, connection: undefined },
      { status: 200, connection: 'close' },
    ])
    await stopped
  })

  it('closes a connection whose last response was ready earlier, and was waiting for another one', async () => {
    const stopping = await startInstance(test.database.url, longTimeouts)
    const unlock = await lockProjects()
    const socket = await open(stopping.url)
    const received = text(socket)
    socket.write(revokeRequest() + live)
    await expect.poll(isBlocked, polling).toBe(true)
    // By then the service has handled what was sent before.
    expect((await fetch(`${stopping.url}/health/live`)).status).toBe(200)

    const stopped = stopping.close()
    await unlock()
    expect(responsesIn(await received)).toEqual([
      { status: 200, connection: undefined },
      { status: 200, connection: 'keep-alive' },
    ])
    await stopped
  })

  it.each([
    ['a request', () => '', ['close']],
    ['requests', () => revokeRequest(), [undefined, 'close']],
  ])('responds to %s whose headers it had received in part', async (_, more, connections) => {
    const stopping = await startInstance(test.database.url, longTimeouts)
    const socket = await open(stopping.url)
    const [half, rest] = [revokeRequest().slice(0, 60), revokeRequest().slice(60)]
    // Once there is a response to the first request, what was sent behind it has arrived, too.
    socket.write(live + half)
    const [first] = (await once(socket, 'data')) as [Buffer] // Node's documentation says so
    const received = text(socket)

    const stopped = stopping.close()
    socket.write(rest + more())
    expect(responsesIn(first.toString())).toEqual([{ status: 200, connection: 'keep-alive' }])
    expect(responsesIn(await received)).toEqual(
      connections.map((connection) => ({ status: 200, connection })),
    )
    await stopped
  })

  it.each([
    ['a tunnel', 'CONNECT x:443 HTTP/1.1\r\nHost: x:443\r\n\r\n'],
    ['bytes that are not HTTP', 'nonsense\r\n\r\n'],
  ])('does not wait for clients that keep a rejected connection open: %s', async (_, bytes) => {
    const stopping = await startInstance(test.database.url, longTimeouts)
    const sockets = await Promise.all(Array.from({ length: 200 }, () => open(stopping.url, true)))
    const received = sockets.map((socket) => text(socket))
    for (const socket of sockets) socket.write(bytes)
    const responses = (await Promise.all(received)).flatMap(responsesIn)
    expect(responses).toEqual(sockets.map(() => ({ status: 400, connection: 'close' })))
    await stopping.close()
    for (const socket of sockets) socket.destroy()
  })

  it('logs how many responses it aborts at its deadline, and then each of those requests', async () => {
    const log = new PassThrough()
    const logger = createLogger('info', log)
    const stopping = await startInstance(test.database.url, { drainMs: 200, logger })
    const unlock = await lockProjects()
    const { publicAppId: client_id } = test.tenant
    const sent = [
      revoke(stopping.url, test.tenant),
      fetch(`${stopping.url}/oauth2/introspect`, {
        method: 'POST',
        body: new URLSearchParams({ client_id, token: 'a-token' }),
      }),
    ]
    const responses = Promise.allSettled(sent)
    await expect.poll(countBlocked, polling).toBe(sent.length)

    await stopping.close()
    const lines = String(log.read()).trim().split('\n')
    await unlock()
    expect((await responses).map(({ status }) => status)).toEqual(sent.map(() => 'rejected'))
    const entries = lines.map((line) => JSON.parse(line) as { msg: string; route?: string })
    const from = entries.findIndex(({ msg }) => msg === 'drain timed out')
    expect(entries[from]).toMatchObject({ level: 40, pendingResponses: sent.length })
    const completed = entries.slice(from).filter(({ msg }) => msg === 'request completed')
    expect(completed).toHaveLength(sent.length)
    expect(new Set(completed.map(({ route }) => route))).toEqual(
      new Set([revokeConnectedApp.operationId, 'introspection']),
    )
    expect(entries.at(-1)?.msg).toBe('stopped')
  })
})

function revokeRequest(): string {
  const { organizationId, memberId, publicAppId, projectId, secret } = test.tenant
  const path = pathOf(organizationId, memberId, publicAppId)
  return `POST ${path} HTTP/1.1\r\nHost: x\r\nAuthorization: ${basic(projectId, secret)}\r\n\r\n`
}

async function open(url: string, allowHalfOpen = false): Promise<Socket> {
  const socket = connect({ port: Number(new URL(url).port), host: '127.0.0.1', allowHalfOpen })
  await once(socket, 'connect')
  return socket
}

function responsesIn(bytes: string): { status: number; connection: string | undefined }[] {
  const heads = bytes.split('HTTP/1.1 ').slice(1)
  return heads.map((head) => ({
    status: Number(head.slice(0, 3)),
    connection: /^Connection: (.*)\r$/im.exec(head)?.[1],
  }))
}

/**
 * Blocks each revoke at its first statement.
 *
 * @returns a function that unlocks them
 */
async function lockProjects(): Promise<() => Promise<void>> {
  const blocker = await test.database.pool.connect()
  await blocker.query('BEGIN')
  await blocker.query('LOCK TABLE projects')
  return async () => {
    await blocker.query('COMMIT')
    blocker.release()
  }
}

const isBlocked = async (): Promise<boolean> => (await countBlocked()) > 0

async function countBlocked(): Promise<number> {
  const { rows } = await test.database.pool.query(
    "SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()",
  )
  return rows.length
}
