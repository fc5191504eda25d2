import { pino } from 'pino'
import { describe, expect, it } from 'vitest'
import { startCleanup } from '../src/cleanup.ts'
import type { Database } from '../src/postgres/database.ts'
import { addSession } from '../src/provision/resources.ts'
import { useService } from './support/service.ts'

const test = useService({ cleanupIntervalMs: 20 })

/** It takes milliseconds, but longer on a busy machine. */
const polling = { timeout: 20_000 }

const nextTurn = () => new Promise((resolve) => setImmediate(resolve))

/** A fake database whose statements all have the same number of rows. */
function createFakeDatabase(rowCount: number, onRun: (name: string) => Promise<void>) {
  const rows = Array.from({ length: rowCount }, () => ({ bucket: 0, key: 'key' }))
  const run = async ({ name }: { name: string }) => {
    await onRun(name)
    return { rows, rowCount }
  }
  return { run, isDistributed: false } as unknown as Database // the cleanup uses nothing else
}

/** A fake database in which there are always more rows to delete. */
function createEndlessDatabase() {
  const seen = { running: 0, maxRunning: 0, statements: 0 }
  const database = createFakeDatabase(1000, async () => {
    seen.statements += 1
    seen.running += 1
    seen.maxRunning = Math.max(seen.maxRunning, seen.running)
    await nextTurn()
    seen.running -= 1
  })
  return { seen, database }
}

describe('the cleanup job', () => {
  it('runs in every service', async () => {
    const { database, tenant } = test
    const { organizationId, memberId } = tenant
    const old = { organizationId, memberId, secondsToLive: -2 * 86_400 }
    const { sessionId } = await addSession(database.pool, old)
    const find = () =>
      database.pool.query('SELECT FROM sessions WHERE session_id = $1', [sessionId])
    await expect.poll(async () => (await find()).rowCount, polling).toBe(0)
  })

  it('runs at an interval, never twice at the same time, and stops after the running batch', async () => {
    const { seen, database } = createEndlessDatabase()
    const cleanup = startCleanup(database, 1, pino({ level: 'silent' }))
    await expect.poll(() => seen.statements, polling).toBeGreaterThan(100)
    await cleanup.stop()
    const { statements } = seen
    expect(seen).toEqual({ running: 0, maxRunning: 1, statements })
    await nextTurn()
    expect(seen.statements).toBe(statements)
  })

  it('logs each removal that fails, and continues with the others', async () => {
    const lines: string[] = []
    const logger = pino({ level: 'info' }, { write: (line: string) => void lines.push(line) })
    const database = createFakeDatabase(1, (name) =>
      name === 'remove-expired-tokens' ? Promise.reject(new Error('stuck')) : Promise.resolve(),
    )
    const cleanup = startCleanup(database, 1, logger)
    await expect.poll(() => lines.length, polling).toBeGreaterThanOrEqual(2)
    await cleanup.stop()
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({
      msg: 'cleanup failed',
      removal: 'remove-expired-tokens',
      err: { message: 'stuck' },
    })
    expect(JSON.parse(lines[1] ?? '')).toMatchObject({
      msg: 'cleaned up',
      'remove-expired-tokens': 0,
      'remove-sessions': 1,
    })
  })
})
