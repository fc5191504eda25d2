import { randomUUID } from 'node:crypto'
import { Pool } from 'pg'
import { aroundAll } from 'vitest'
import type { TestDatabase } from './database.ts'

export interface TestRoles {
  /** The URL of the database's owner. */
  ownerUrl: string
  /** The URL of a role that has no privileges yet. */
  serviceUrl: string
  /** Connects as that role. */
  servicePool: Pool
}

/** Gives the tests of one file an owner of their database, and another role for the service. */
export function useRoles(test: { database: TestDatabase }): TestRoles {
  const roles = {} as TestRoles // filled before the first test runs
  aroundAll(async (runTests) => {
    const { pool, url } = test.database
    const suffix = randomUUID().slice(0, 8)
    const names = { owner: `owner-${suffix}`, service: `service-${suffix}` }
    for (const name of Object.values(names)) {
      await pool.query(`CREATE ROLE "${name}" LOGIN PASSWORD 'x'`)
    }
    await pool.query(`DO $$ BEGIN
      EXECUTE format('ALTER DATABASE %I OWNER TO %I', current_database(), '${names.owner}');
    END $$`)
    const urlOf = (name: string): string =>
      Object.assign(new URL(url), { username: name, password: 'x' }).href
    roles.ownerUrl = urlOf(names.owner)
    roles.serviceUrl = urlOf(names.service)
    roles.servicePool = new Pool({ connectionString: roles.serviceUrl, max: 2 })
    try {
      await runTests()
    } finally {
      await roles.servicePool.end()
      await pool.query(`REASSIGN OWNED BY "${names.owner}" TO postgres`)
      await pool.query(`DROP OWNED BY "${names.owner}", "${names.service}"`)
      await pool.query(`DROP ROLE "${names.owner}", "${names.service}"`)
    }
  })
  return roles
}
