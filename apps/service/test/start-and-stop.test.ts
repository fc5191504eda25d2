import { EventEmitter, once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import { PassThrough } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Logger } from 'pino'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { findFreePort } from '../src/postgres/embedded/cluster.ts'
import { createLogger } from '../src/server/logger.ts'
import { listenForStopSignals } from '../src/server/stop-signals.ts'
import type { TestDatabase } from './support/database.ts'
import { useDatabase } from './support/database.ts'
import { anyOperation, send } from './support/operations.ts'
import { startInstance } from './support/service.ts'
import { isReady } from './support/service-process.ts'
import { addTenant } from './support/tenant.ts'

/** How often to check whether something has happened, and for how long. */
const polling = { interval: 20, timeout: 20_000 }
/** A delay that only its signal ends. */
const shutdownDelayMs = 3_600_000

const test = useDatabase()
/** Another database, since an instance waits only if there is something to migrate. */
const other = useDatabase()

describe('an instance that waits until another one has migrated the database', () => {
  it('is live but not ready, logs once what it waits for, and then starts', async () => {
    const unlock = await lockMigrations(test.database)
    const log = startLog()
    const port = await findFreePort()
    const url = `http://127.0.0.1:${port}`
    const starting = startInstance(test.database.url, { port, logger: log.logger })
    await untilLogged(log, waiting)
    expect(await statusesAt(url)).toEqual([200, 503, 200])
    const rejected = await fetch(`${url}/v1/b2b/organizations/acme`)
    expect([rejected.status, rejected.headers.get('retry-after')]).toEqual([503, '1'])
    expect(await rejected.json()).toMatchObject({
      status_code: 503,
      request_id: expect.stringMatching(/^request-id-test-/),
      error_type: 'service_unavailable',
    })

    await unlock()
    const service = await starting
    expect(log.text.match(waiting)).toHaveLength(1)
    expect(service.url).toBe(url)
    expect(await statusesAt(url)).toEqual([200, 200, 200])
    expect((await fetch(`${url}/v1/b2b/organizations/acme`)).status).toBe(404)
    await service.close()
  })

  it('with a port for health opens the other one only after that, and can be aborted', async () => {
    const unlock = await lockMigrations(other.database)
    const [port, healthPort] = [await findFreePort(), await findFreePort()]
    const abort = new AbortController()
    const { signal } = abort
    const log = startLog()
    const { logger } = log
    const starting = startInstance(other.database.url, { port, healthPort, signal, logger })
    await untilLogged(log, waiting)
    expect(await statusesAt(`http://127.0.0.1:${healthPort}`)).toEqual([200, 503, 200])
    await expect(fetch(`http://127.0.0.1:${port}/health/live`)).rejects.toThrow('fetch failed')

    abort.abort()
    await expect(starting).rejects.toBe(signal.reason)
    await expect(fetch(`http://127.0.0.1:${healthPort}/health/live`)).rejects.toThrow(
      'fetch failed',
    )
    await expect.poll(() => countMigrations(other.database), polling).toBe(0)
    await unlock()
  })
})

it('the start of an instance whose database never responds can be aborted', async () => {
  const silent = createServer((socket) => socket.on('error', () => undefined))
  await once(silent.listen(0, '127.0.0.1'), 'listening')
  const { port } = silent.address() as AddressInfo // it listens on TCP
  const abort = new AbortController()
  const starting = startInstance(`postgres://127.0.0.1:${port}/x`, { signal: abort.signal })
  await once(silent, 'connection')
  abort.abort()
  await expect(starting).rejects.toBe(abort.signal.reason)
  silent.close()
})

it('an instance that has something to do first responds to requests, but is not ready', async () => {
  const statuses: number[] = []
  const service = await startInstance(test.database.url, {
    async beforeReady(url) {
      statuses.push(...(await statusesAt(url)))
      statuses.push((await fetch(`${url}/.well-known/openid-configuration`)).status)
    },
  })
  expect(statuses).toEqual([200, 503, 200, 200])
  expect(await statusesAt(service.url)).toEqual([200, 200, 200])
  await service.close()
})

it('an instance with a port for health serves health and metrics there alone', async () => {
  const service = await startInstance(test.database.url, { healthPort: 0 })
  expect(await statusesAt(service.healthUrl)).toEqual([200, 200, 200])
  expect(await statusesAt(service.url)).toEqual([404, 404, 404])
  expect((await fetch(`${service.healthUrl}/oauth2/jwks`)).status).toBe(404)
  await service.close()
  await expect(fetch(`${service.healthUrl}/health/live`)).rejects.toThrow('fetch failed')
})

it('an instance that stops is not ready, but serves new connections until its delay ends', async () => {
  const service = await startInstance(test.database.url, { shutdownDelayMs, healthPort: 0 })
  const endDelay = new AbortController()
  const stopped = service.close(endDelay.signal)
  expect(await statusesAt(service.healthUrl)).toEqual([200, 503, 200])
  for (let count = 0; count < 3; count += 1) {
    const response = await fetch(`${service.url}/.well-known/openid-configuration`)
    expect([response.status, response.headers.get('connection')]).toEqual([200, 'close'])
  }
  endDelay.abort()
  await stopped
  await expect(fetch(service.url)).rejects.toThrow('fetch failed')
})

describe('the delay of an instance that stops', () => {
  afterEach(() => vi.useRealTimers())

  it.each<[string, string[], number, boolean]>([
    ['takes place after one SIGTERM', ['SIGTERM'], 0, false],
    ['ignores that the same SIGTERM is passed on', ['SIGTERM', 'SIGTERM'], 500, false],
    ['is ended by a second SIGTERM', ['SIGTERM', 'SIGTERM'], 1500, true],
    ['is skipped at SIGINT', ['SIGINT'], 0, true],
    ['is ended by SIGINT', ['SIGTERM', 'SIGINT'], 500, true],
  ])('%s', (_, signals, intervalMs, isEnded) => {
    vi.useFakeTimers({ toFake: ['performance'] })
    const source = new EventEmitter()
    const { stop, endDelay } = listenForStopSignals(source)
    expect([stop.aborted, endDelay.aborted]).toEqual([false, false])
    for (const signal of signals) {
      source.emit(signal)
      vi.advanceTimersByTime(intervalMs)
    }
    expect([stop.aborted, endDelay.aborted]).toEqual([true, isEnded])
  })
})

it('a request is never lost while instances are replaced one by one', async () => {
  const tenant = await addTenant(test.database.pool)
  const ports = [await findFreePort(), await findFreePort()]
  const urls = ports.map((port) => `http://127.0.0.1:${port}`)
  const rateLimit = { requests: 1_000_000, windowSeconds: 1 }
  const start = (port = 0) => startInstance(test.database.url, { port, shutdownDelayMs, rateLimit })
  const services = await Promise.all(ports.map(start))

  // A load balancer: it checks each instance, and sends requests to those that are ready.
  const ready = new Set(urls)
  const isOver = new AbortController()
  const probes = urls.map(async (url) => {
    while (!isOver.signal.aborted) {
      if (await isReady(url)) ready.add(url)
      else ready.delete(url)
      await sleep(10)
    }
  })
  const failures: unknown[] = []
  const counts = Array.from({ length: 8 }, () => 0)
  const clients = counts.map(async (_, client) => {
    for (let count = client; !isOver.signal.aborted; count += 1) {
      const url = [...ready][count % ready.size] ?? ''
      await send(anyOperation, url, tenant).then(
        async (response) => (await response.text(), response.ok || failures.push(response.status)),
        (error: unknown) => failures.push(error),
      )
      counts[client] = count
    }
  })
  const isReadyToStop = async (url = ''): Promise<void> => {
    await expect.poll(() => ready.has(url), polling).toBe(false)
    const before = [...counts]
    const haveAllMovedOn = () => counts.every((count, index) => count > (before[index] ?? 0) + 1)
    await expect.poll(haveAllMovedOn, polling).toBe(true)
  }

  for (const [index, service] of services.entries()) {
    const endDelay = new AbortController()
    const stopped = service.close(endDelay.signal)
    await isReadyToStop(urls[index])
    endDelay.abort()
    await stopped
    services[index] = await start(ports[index])
    await expect.poll(() => ready.size, polling).toBe(2)
  }
  isOver.abort()
  await Promise.all([...clients, ...probes])
  expect(failures).toEqual([])
  await Promise.all(services.map((service) => service.close(AbortSignal.abort())))
})

/** The status codes of liveness, readiness and metrics. */
function statusesAt(url: string): Promise<number[]> {
  const paths = ['/health/live', '/health/ready', '/metrics']
  return Promise.all(
    paths.map(async (path) => {
      const response = await fetch(url + path)
      await response.text()
      return response.status
    }),
  )
}

/** @returns a function that releases the lock */
async function lockMigrations({ pool }: TestDatabase): Promise<() => Promise<void>> {
  const client = await pool.connect()
  await client.query('SELECT pg_advisory_lock(70092024)')
  return async () => {
    await client.query('SELECT pg_advisory_unlock(70092024)')
    client.release()
  }
}

/** How many instances are connected to migrate the database. */
async function countMigrations({ pool }: TestDatabase): Promise<number | null> {
  const { rowCount } = await pool.query(
    `SELECT FROM pg_stat_activity
     WHERE datname = current_database() AND application_name = 'connected-apps migration'`,
  )
  return rowCount
}

/** What an instance logs while it waits for the migrations of another one. */
const waiting = /"msg":"waiting for another instance/g

interface Log {
  logger: Logger
  text: string
}

function startLog(): Log {
  const stream = new PassThrough()
  const log: Log = { logger: createLogger('info', stream), text: '' }
  stream.on('data', (chunk: Buffer) => (log.text += chunk.toString()))
  return log
}

function untilLogged(log: Log, pattern: RegExp): Promise<void> {
  return expect.poll(() => log.text, polling).toMatch(pattern)
}
