import { randomUUID } from 'node:crypto'
import { Client, Pool } from 'pg'
import { aroundAll, inject } from 'vitest'
import type { OwnPostgres } from './own-postgres.ts'

export interface TestDatabase {
  url: string
  pool: Pool
  drop: () => Promise<void>
}

/** Gives the tests of one file a new, empty database, by default in the PostgreSQL that all files share. */
export function useDatabase(postgres?: OwnPostgres): { database: TestDatabase } {
  const test = {} as { database: TestDatabase } // filled before the first test runs
  aroundAll(async (runTests) => {
    test.database = await createDatabase(postgres?.cluster.url)
    try {
      await runTests()
    } finally {
      await test.database.drop()
    }
  })
  return test
}

/** Creates a new, empty database, by default in the PostgreSQL that all test files share. */
export async function createDatabase(server = inject('postgresUrl')): Promise<TestDatabase> {
  const name = `test_${randomUUID().replaceAll('-', '')}`
  await administer(server, `CREATE DATABASE ${name}`)
  const url = Object.assign(new URL(server), { pathname: `/${name}` }).href
  const pool = new Pool({ connectionString: url, max: 4 })
  // A test that stops the server, or drops the database, breaks idle connections on purpose.
  pool.on('error', () => undefined)
  return {
    url,
    pool,
    async drop() {
      // Not awaited, since it would wait forever for a connection that a failed test has not released.
      void pool.end()
      await administer(server, `DROP DATABASE ${name} WITH (FORCE)`)
    },
  }
}

async function administer(server: string, statement: string): Promise<void> {
  const client = new Client({ connectionString: server })
  await client.connect()
  await client.query(statement)
  await client.end()
}
