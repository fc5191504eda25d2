import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { migrate } from '../src/postgres/migrate.ts'
import type { TestDatabase } from './support/database.ts'
import { createDatabase } from './support/database.ts'

let database: TestDatabase

beforeAll(async () => {
  database = await createDatabase()
})
afterAll(() => database.drop())

describe('migrations', () => {
  it('run once, however many instances start at once, and do nothing the next time', async () => {
    const { pool } = database
    const runs = await Promise.all([migrate(pool), migrate(pool), migrate(pool)])
    const applied = runs.flat()
    expect(applied.length).toBeGreaterThan(0)
    expect(new Set(applied).size).toBe(applied.length)
    expect(await migrate(pool)).toEqual([])
  })
})
