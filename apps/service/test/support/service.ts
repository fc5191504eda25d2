import type { Configuration } from 'openid-client'
import { pino } from 'pino'
import { aroundAll } from 'vitest'
import type { Service, ServiceOptions } from '../../src/service.ts'
import { startService } from '../../src/service.ts'
import { discover } from './connected-app.ts'
import type { TestDatabase } from './database.ts'
import { useDatabase } from './database.ts'
import type { OwnPostgres } from './own-postgres.ts'
import type { Tenant } from './tenant.ts'
import { addTenant } from './tenant.ts'

export interface TestService {
  database: TestDatabase
  service: Service
  tenant: Tenant
  /** The service's OAuth configuration, as the tenant's Connected Apps discover it. */
  asPublicApp: () => Promise<Configuration>
  asConfidentialApp: () => Promise<Configuration>
}

const silent = pino({ level: 'silent' })

/** Starts an instance on a free port, by default without a log. */
export function startInstance(
  databaseUrl: string,
  options: Partial<ServiceOptions> = {},
): Promise<Service> {
  return startService({ databaseUrl, port: 0, logger: silent, ...options })
}

/** Gives the tests of one file a database, a service that uses it, and a tenant. */
export function useService(
  options: Partial<ServiceOptions> = {},
  postgres?: OwnPostgres,
): TestService {
  const test = useDatabase(postgres) as TestService // filled before the first test runs
  test.asPublicApp = () => discover(test.service.url, test.tenant.publicAppId)
  test.asConfidentialApp = () =>
    discover(test.service.url, test.tenant.confidentialAppId, test.tenant.clientSecret)
  aroundAll(async (runTests) => {
    test.service = await startInstance(test.database.url, options)
    try {
      test.tenant = await addTenant(test.database.pool)
      await runTests()
    } finally {
      await test.service.close()
    }
  })
  return test
}
