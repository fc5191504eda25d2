import { once } from 'node:events'
import type { Socket } from 'node:net'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { describe, expect, it } from 'vitest'
import { basic, pathOf } from './support/revoke.ts'
import { startInstance, useService } from './support/service.ts'

/** How often to look whether something has happened, and for how long. */
const patience = { interval: 50, timeout: 20_000 }
/** For a service that is to stop because all is answered. */
const unhurried = { drainMs: 3_600_000, httpLimits: { keepAliveTimeout: 3_600_000 } }

const test = useService()

const live = 'GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n'

describe('a service that stops', () => {
  it('answers all the requests that a client sent at once', async () => {
    const stopping = await startInstance(test.database.url, unhurried)
    const unlock = await lockProjects()
    const socket = await open(stopping.url)
    const received = text(socket)
    socket.write(revokeRequest() + revokeRequest())
    await expect.poll(isBlocked, patience).toBe(true)

    const stopped = stopping.close()
    await unlock()
    expect(answersIn(await received)).toEqual([
      { status: 200, connection: undefined },
      { status: 200, connection: 'close' },
    ])
    await stopped
  })

  it('lets go of a connection whose last answer was made before, and waited for another', async () => {
    const stopping = await startInstance(test.database.url, unhurried)
    const unlock = await lockProjects()
    const socket = await open(stopping.url)
    const received = text(socket)
    socket.write(revokeRequest() + live)
    await expect.poll(isBlocked, patience).toBe(true)
    // By then the service has answered what came before.
    expect((await fetch(`${stopping.url}/health/live`)).status).toBe(200)

    const stopped = stopping.close()
    await unlock()
    expect(answersIn(await received)).toEqual([
      { status: 200, connection: undefined },
      { status: 200, connection: 'keep-alive' },
    ])
    await stopped
  })

  it.each([
    ['a request', () => '', ['close']],
    ['requests', () => revokeRequest(), [undefined, 'close']],
  ])('answers %s whose headers it had half received', async (_, more, connections) => {
    const stopping = await startInstance(test.database.url, unhurried)
    const socket = await open(stopping.url)
    const [half, rest] = [revokeRequest().slice(0, 60), revokeRequest().slice(60)]
    // What is answered has arrived together with what was sent behind it.
    socket.write(live + half)
    const [first] = (await once(socket, 'data')) as [Buffer] // Node's documentation says so
    const received = text(socket)

    const stopped = stopping.close()
    socket.write(rest + more())
    expect(answersIn(first.toString())).toEqual([{ status: 200, connection: 'keep-alive' }])
    expect(answersIn(await received)).toEqual(
      connections.map((connection) => ({ status: 200, connection })),
    )
    await stopped
  })

  it('waits for no tunnel that its client keeps open for longer than the drain time', async () => {
    const stopping = await startInstance(test.database.url, { drainMs: 100 })
    const socket = await open(stopping.url, true)
    const received = text(socket)
    socket.write('CONNECT x:443 HTTP/1.1\r\nHost: x:443\r\n\r\n')
    expect(answersIn(await received)).toEqual([{ status: 400, connection: 'close' }])
    await stopping.close()
    socket.destroy()
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

function answersIn(bytes: string): { status: number; connection: string | undefined }[] {
  const heads = bytes.split('HTTP/1.1 ').slice(1)
  return heads.map((head) => ({
    status: Number(head.slice(0, 3)),
    connection: /^Connection: (.*)\r$/im.exec(head)?.[1],
  }))
}

/**
 * Holds each revoke up at the first of its statements.
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

async function isBlocked(): Promise<boolean> {
  const { rows } = await test.database.pool.query(
    "SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()",
  )
  return rows.length > 0
}
