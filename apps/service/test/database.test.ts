import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Database } from '../src/postgres/database.ts'
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

describe('a connection', () => {
  it('waits for the disk at each commit, whatever the settings of the database', async () => {
    await test.database.pool.query(`DO $$ BEGIN
      EXECUTE format('ALTER DATABASE %I SET synchronous_commit = off', current_database());
    END $$`)
    const show = { name: 'show', text: 'SHOW synchronous_commit' }
    expect(await database.query(show, [])).toEqual([{ synchronous_commit: 'on' }])
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
