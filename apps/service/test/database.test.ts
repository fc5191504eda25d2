import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Database, commitOnDisk } from '../src/postgres/database.ts'
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
