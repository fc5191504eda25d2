import { beforeEach, describe, expect, it } from 'vitest'
import { explainError } from '../src/command-errors.ts'
import { useDatabase } from './support/database.ts'
import { pgbouncerMissing, startPgBouncer } from './support/pgbouncer.ts'
import { revoke } from './support/revoke.ts'
import { startInstance } from './support/service.ts'
import { addTenant } from './support/tenant.ts'

const test = useDatabase()
const rejection = [
  'DATABASE_URL leads to a connection pooler that shares connections between clients; set DATABASE_PREPARE=off, or make it pool sessions',
]

describe('behind PgBouncer', () => {
  beforeEach(({ skip }) => skip(pgbouncerMissing !== undefined, pgbouncerMissing))

  it.each([
    { poolSize: 1 },
    { poolSize: 20 },
    { poolSize: 2, settings: ['server_round_robin = 1', 'min_pool_size = 2'] },
    { poolSize: 9, settings: ['server_round_robin = 1', 'min_pool_size = 9'] },
  ])(
    'that pools transactions, the service does not start with named statements: %o',
    async ({ poolSize, settings = [] }) => {
      await using pgbouncer = await startPgBouncer(test.database.url, 'transaction', [
        `default_pool_size = ${poolSize}`,
        ...settings,
      ])
      const error: unknown = await startInstance(pgbouncer.url).catch((reason: unknown) => reason)
      expect(explainError(error)).toEqual(rejection)
      const service = await startInstance(pgbouncer.url, { prepare: false })
      const tenant = await addTenant(test.database.pool)
      expect((await revoke(service.url, tenant)).status).toBe(200)
      await service.close()
    },
  )

  it('that pools sessions, it starts with named statements', async () => {
    await using pgbouncer = await startPgBouncer(test.database.url, 'session')
    const service = await startInstance(pgbouncer.url)
    const tenant = await addTenant(test.database.pool)
    expect((await revoke(service.url, tenant)).status).toBe(200)
    await service.close()
  })

  it('that pools statements, it reports in one line that transactions are not allowed', async () => {
    await using pgbouncer = await startPgBouncer(test.database.url, 'statement')
    const error: unknown = await startInstance(pgbouncer.url, { prepare: false }).catch(
      (reason: unknown) => reason,
    )
    expect(explainError(error)).toEqual([expect.stringMatching(/transaction.*statement pooling/)])
  })
})
