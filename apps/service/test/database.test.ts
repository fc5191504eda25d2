import { once } from 'node:events'
import type { AddressInfo, Socket } from 'node:net'
import { createServer } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Database } from '../src/postgres/database.ts'
import { commitOnDisk } from '../src/postgres/statement.ts'
import { useDatabase } from './support/database.ts'

const test = useDatabase()
let database: Database
const errors: Error[] = []
const whoAmI = { name: 'who-am-i', text: 'SELECT pg_backend_pid() AS pid' }
const note = { name: 'note', text: 'INSERT INTO notes VALUES ($1)' }

beforeAll(async () => {
  const { url, pool } = test.database
  database = new Database({ url, poolSize: 2, onError: (error) => errors.push(error) })
  await pool.query('CREATE TABLE notes (text text)')
})
afterAll(() => database.close())

async function notes(): Promise<string[]> {
  const { rows } = await test.database.pool.query<{ text: string }>('SELECT text FROM notes')
  return rows.map(({ text }) => text)
}

describe('a statement that has to be on disk', () => {
  const show = { name: 'show', text: 'SHOW synchronous_commit' }
  const write = { name: 'write', text: `INSERT INTO notes VALUES ('') RETURNING ${commitOnDisk}` }

  it.each([
    ['off', 'on'],
    ['local', 'on'],
    ['remote_write', 'on'],
    ['on', 'on'],
    ['remote_apply', 'remote_apply'],
  ])(
    'in a session with synchronous_commit = %s is committed with %s, and changes nothing else',
    async (given, used) => {
      const set = { name: `set-${given}`, text: `SET LOCAL synchronous_commit = ${given}` }
      await database.transactional(async () => {
        await database.begin()
        await database.query(set, [])
        await database.query(write, [])
        expect(await database.query(show, [])).toEqual([{ synchronous_commit: used }])
        return false
      })
      await test.database.pool.query(`DO $$ BEGIN
        EXECUTE format('ALTER DATABASE %I SET synchronous_commit = ${given}', current_database());
      END $$`)
      const later = new Database({ url: test.database.url, poolSize: 1, onError: () => undefined })
      await later.query({ name: 'note', text: `SELECT ${commitOnDisk}` }, [])
      expect(await later.query(show, [])).toEqual([{ synchronous_commit: given }])
      await later.close()
    },
  )
})

it('a statement that times out does not reject commits while none of them waits for a standby', async () => {
  const options = { poolSize: 1, statementTimeoutMs: 500, onError: () => undefined }
  const impatient = new Database({ url: test.database.url, ...options })
  const slow = impatient.query({ name: 'sleep', text: 'SELECT pg_sleep(3)' }, [])
  const commits = Array.from({ length: 8 }, () => impatient.confirmCommits())
  await expect(slow).rejects.toThrow('Query read timeout')
  await Promise.all(commits)
  await impatient.close()
})

describe('a connection', () => {
  it('may be waited for longer than a new one may take, while others use all of them', async () => {
    const single = new Database({ url: test.database.url, poolSize: 1, onError: () => undefined })
    const sleep = { name: 'sleep', text: 'SELECT pg_sleep(3.2)' }
    const [, rows] = await Promise.all([single.query(sleep, []), single.query(whoAmI, [])])
    expect(rows).toHaveLength(1)
    await single.close()
  })

  it('is not waited for without end if the server accepts connections, but never responds', async () => {
    await using server = await startSilentServer()
    const timeouts = { connectTimeoutMs: 100, queueTimeoutMs: 300 }
    const hung = new Database({
      url: server.url,
      poolSize: 1,
      onError: () => undefined,
      ...timeouts,
    })
    const startedAt = performance.now()
    const queries = await Promise.allSettled(
      Array.from({ length: 50 }, () => hung.query(whoAmI, [])),
    )
    // One after the other they would take five seconds.
    expect(performance.now() - startedAt).toBeLessThan(3000)
    expect(queries.filter(({ status }) => status === 'fulfilled')).toEqual([])
    await hung.close()
  })
})

describe('a transaction', () => {
  it('is committed if its work succeeds, and rolled back if it does not or throws', async () => {
    await database.transactional(async () => {
      await database.begin()
      await database.query(note, ['kept'])
      return true
    })
    await database.transactional(async () => {
      await database.begin()
      await database.query(note, ['failed'])
      return false
    })
    const thrown = database.transactional(async () => {
      await database.begin()
      await database.query(note, ['thrown'])
      throw new Error('broken')
    })
    await expect(thrown).rejects.toThrow('broken')
    expect(await notes()).toEqual(['kept'])
  })

  it('fails at once when one of its statements got no response in time, and is rolled back', async () => {
    const options = { poolSize: 1, statementTimeoutMs: 1500, onError: () => undefined }
    const hung = new Database({ url: test.database.url, ...options })
    let timedOutAt = Number.NaN
    const failed = hung.transactional(async () => {
      await hung.begin()
      await hung.query(note, ['hung'])
      await hung.query({ name: 'sleep', text: 'SELECT pg_sleep(30)' }, []).catch(() => undefined)
      timedOutAt = performance.now()
      await hung.query(note, ['after'])
      return true
    })
    await expect(failed).rejects.toThrow('not queryable')
    // Otherwise the next statement would have waited for another timeout, and the ROLLBACK, too.
    expect(performance.now() - timedOutAt).toBeLessThan(750)
    expect(await notes()).toEqual(['kept'])
    await hung.close()
  })

  it('fails if its connection breaks, and the process does not crash', async () => {
    const broken = database.transactional(async () => {
      await database.begin()
      const [row] = await database.query<{ pid: number }>(whoAmI, [])
      await test.database.pool.query('SELECT pg_terminate_backend($1)', [row?.pid])
      await expect.poll(() => errors.length, { timeout: 20_000 }).toBeGreaterThan(0)
      await database.query(note, ['lost'])
      return true
    })
    await expect(broken).rejects.toThrow(/connection/i)
    expect(await database.query(whoAmI, [])).toHaveLength(1)
    expect(await notes()).toEqual(['kept'])
  })
})

async function startSilentServer() {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket.on('error', () => undefined))
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = server.address() as AddressInfo // it listens on TCP
  return {
    url: `postgres://ada@127.0.0.1:${port}/postgres`,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      await once(server.close(), 'close')
    },
  }
}
