import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { once } from 'node:events'
import type { Server } from 'node:http'
import { connect } from 'node:net'
import { contract } from '@connected-apps/contract/operations'
import { pino } from 'pino'
import { describe, expect, it } from 'vitest'
import { useOwnPostgres } from './support/own-postgres.ts'
import { basic, outcomeOf } from './support/operations.ts'
import { pathOf, revoke, revokeConnectedApp } from './support/revoke.ts'
import { startInstance, useService } from './support/service.ts'

/** How often to check whether something has happened, and for how long. */
const polling = { interval: 50, timeout: 20_000 }

const postgres = useOwnPostgres()
interface Line {
  msg: string
  cause?: string
}
const log: Line[] = []
const write = (line: string): number => log.push(JSON.parse(line) as Line) // pino writes a line each
const logger = pino({ level: 'info' }, { write })
const test = useService({ logger }, postgres)

async function statusOf(path: string): Promise<number> {
  return (await fetch(test.service.url + path)).status
}

/** Whether a timeout is short. For Node.js 0 means no timeout. */
const isSoon = (milliseconds: number): boolean => milliseconds > 0 && milliseconds <= 30_000

describe('the service', () => {
  it('names the version of the contract that it implements', async () => {
    const { url } = test.service
    const live = await (await fetch(`${url}/health/live`)).json()
    const ready = await (await fetch(`${url}/health/ready`)).json()
    expect(live).toEqual({ live: true, contract: contract.version })
    expect(ready).toEqual({ ready: true, contract: contract.version })
  })

  it('rejects a check that readiness can not exclude', async () => {
    const response = await fetch(`${test.service.url}/health/ready?exclude=reads`)
    expect([response.status, await response.text()]).toEqual([
      400,
      'exclude is not "standby", the only check that can be excluded\n',
    ])
  })

  it('counts its responses for Prometheus', async () => {
    const { service, tenant } = test
    await revoke(service.url, tenant)
    const metrics = await (await fetch(`${service.url}/metrics`)).text()
    expect(metrics).toContain(
      `connected_apps_responses_total{route="${revokeConnectedApp.operationId}",status="200",outcome="ok"} 1`,
    )
    expect(metrics).toContain('connected_apps_request_duration_seconds_bucket')
    expect(metrics).toContain('connected_apps_database_connections{state="idle"}')
  })

  it('responds with 500 and is not ready while its database is down, and recovers by itself', async () => {
    const { service, tenant } = test
    expect(await statusOf('/health/ready')).toBe(200)
    postgres.cluster.process.kill('SIGKILL')
    await once(postgres.cluster.process, 'exit')

    // A backend process may outlive the PostgreSQL server for a moment, and still respond.
    await expect.poll(() => statusOf('/health/ready'), polling).toBe(503)

    const response = await revoke(service.url, tenant)
    expect(await outcomeOf(revokeConnectedApp, response)).toBe('500 internal_server_error')
    expect(await statusOf('/health/ready')).toBe(503)
    expect(await statusOf('/health/ready?exclude=standby')).toBe(503)
    expect(await statusOf('/health/live')).toBe(200)
    expect(await (await fetch(`${service.url}/metrics`)).text()).toContain(
      `connected_apps_responses_total{route="${revokeConnectedApp.operationId}",status="500",outcome="internal_server_error"} 1`,
    )
    const introspection = await fetch(`${service.url}/oauth2/introspect`, {
      method: 'POST',
      body: new URLSearchParams({ client_id: tenant.publicAppId, token: 'x' }),
    })
    expect(introspection.status).toBe(500)

    await postgres.cluster.restart()
    await expect.poll(() => statusOf('/health/ready'), polling).toBe(200)
    expect((await revoke(service.url, tenant)).status).toBe(200)
  })

  it('is not ready while its database is read-only', async () => {
    const from = log.length
    await setReadOnly('on')
    await expect.poll(() => statusOf('/health/ready'), polling).toBe(503)
    expect(await statusOf('/health/ready')).toBe(503)
    expect(await statusOf('/health/ready?exclude=standby')).toBe(503)
    await setReadOnly('off')
    await expect.poll(() => statusOf('/health/ready'), polling).toBe(200)
    const said = log.slice(from).filter(({ msg }) => /ready/.test(msg))
    expect(said).toMatchObject([{ msg: 'not ready', cause: 'read_only' }, { msg: 'ready again' }])
  })

  it.each([
    ['in its headers', 'POST / HTTP/1.1\r\nHost: x\r\nX-Slow: '],
    [
      'in its body',
      () =>
        `POST ${pathOf('a', 'b', 'c')} HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n` +
        `Authorization: ${basic(test.tenant.projectId, test.tenant.secret)}\r\n\r\n{`,
    ],
  ])('disconnects a client that is slow %s', async (_, start) => {
    // An instance of its own, since on a busy machine every client is too slow for these timeouts.
    const httpLimits = {
      headersTimeout: 300,
      requestTimeout: 300,
      connectionsCheckingInterval: 50,
    }
    const instance = await startInstance(test.database.url, { httpLimits })
    const socket = connect(Number(new URL(instance.url).port), '127.0.0.1')
    socket.resume()
    socket.write(typeof start === 'string' ? start : start())
    await once(socket, 'close')
    await instance.close()
    expect(await statusOf('/health/ready')).toBe(200)
  })

  it('disconnects slow clients within half a minute by default', async () => {
    let server: Server | undefined
    const keep = (message: unknown): void => {
      server = (message as { server: Server }).server // Node's documentation says so
    }
    const instance = await startInstance(test.database.url)
    subscribe('http.server.request.start', keep)
    await fetch(`${instance.url}/health/live`)
    unsubscribe('http.server.request.start', keep)
    await instance.close()
    expect(server).toMatchObject({
      headersTimeout: expect.toSatisfy(isSoon),
      requestTimeout: expect.toSatisfy(isSoon),
      // A connection between two requests costs little, and its client should be the one to close it.
      keepAliveTimeout: expect.toSatisfy((milliseconds) => milliseconds > 60_000),
      connectionsCheckingInterval: expect.toSatisfy(isSoon),
    })
  })

  it('responds to requests that arrived before it stops, and to none after', async () => {
    const { database, tenant } = test
    const stopping = await startInstance(database.url)
    const blocker = await database.pool.connect()
    await blocker.query('BEGIN')
    // Blocks the request at its first statement.
    await blocker.query('LOCK TABLE projects')
    const response = revoke(stopping.url, tenant)
    await expect.poll(() => isBlocked(), polling).toBe(true)

    const closed = stopping.close()
    await expect(fetch(`${stopping.url}/health/live`)).rejects.toThrow('fetch failed')
    await blocker.query('COMMIT')
    blocker.release()
    expect((await response).status).toBe(200)
    // Otherwise the client could keep the connection open, and the service would wait for it.
    expect((await response).headers.get('connection')).toBe('close')
    await closed
  })

  it('waits no longer than the drain time', async () => {
    const { database, tenant } = test
    const stopping = await startInstance(database.url, { drainMs: 100 })
    const blocker = await database.pool.connect()
    await blocker.query('BEGIN')
    await blocker.query('LOCK TABLE projects')
    const response = revoke(stopping.url, tenant).then(
      ({ status }) => status,
      (error: unknown) => error,
    )
    await expect.poll(() => isBlocked(), polling).toBe(true)
    await stopping.close()
    expect(await response).toBeInstanceOf(Error)
    // So it was not PostgreSQL's statement timeout that ended the request.
    expect(await isBlocked()).toBe(true)
    await blocker.query('ROLLBACK')
    blocker.release()
  })

  it('does not wait for a connection that never sent a byte', async () => {
    const { database } = test
    const stopping = await startInstance(database.url, { drainMs: 3_600_000 })
    const socket = connect(Number(new URL(stopping.url).port), '127.0.0.1')
    const closed = once(socket.resume(), 'close')
    // By then the server has accepted the earlier connection.
    expect((await fetch(`${stopping.url}/health/live`)).status).toBe(200)
    await stopping.close()
    await closed
  })
})

/** Changes the default of new connections, and closes the existing ones. */
async function setReadOnly(value: 'on' | 'off'): Promise<void> {
  await test.database.pool.query(`
    SET default_transaction_read_only = off;
    DO $$ BEGIN
      EXECUTE format('ALTER DATABASE %I SET default_transaction_read_only = ${value}',
        current_database());
    END $$;
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE application_name = 'connected-apps' AND datname = current_database()`)
}

async function isBlocked(): Promise<boolean> {
  const { rows } = await test.database.pool.query(
    "SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%projects%'",
  )
  return rows.length > 0
}
