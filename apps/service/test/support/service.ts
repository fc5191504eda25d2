import { pino } from 'pino'
import { afterAll, beforeAll } from 'vitest'
import type { Service, ServiceOptions } from '../../src/service.ts'
import { startService } from '../../src/service.ts'
import type { TestDatabase } from './database.ts'
import { createDatabase } from './database.ts'
import type { Tenant } from './tenant.ts'
import { addTenant } from './tenant.ts'

export interface TestService {
  database: TestDatabase
  service: Service
  tenant: Tenant
}

export const silent = pino({ level: 'silent' })

/** For the tests of one file: a database, a service on it, and one tenant. */
export function useService(options: Partial<ServiceOptions> = {}): TestService {
  const test = {} as TestService // filled before the first test runs
  beforeAll(async () => {
    test.database = await createDatabase()
    test.service = await startService({
      databaseUrl: test.database.url,
      port: 0,
      logger: silent,
      ...options,
    })
    test.tenant = await addTenant(test.database.pool)
  })
  afterAll(async () => {
    await test.service.close()
    await test.database.drop()
  })
  return test
}
