import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { RateLimit } from '../src/operation/rate-limit.ts'
import { Database } from '../src/postgres/database.ts'
import type { Service } from '../src/service.ts'
import { operationsByTitle, outcomeOf, outcomeOfUnauthorized, send } from './support/operations.ts'
import { revoke, revokeConnectedApp } from './support/revoke.ts'
import { startInstance, useService } from './support/service.ts'
import { addTenant } from './support/tenant.ts'

const rateLimit = { requests: 5, windowSeconds: 600 }
const test = useService({ rateLimit })
let secondInstance: Service
let database: Database

beforeAll(async () => {
  const { url } = test.database
  secondInstance = await startInstance(url, { rateLimit })
  database = new Database({ url, poolSize: 2, onError: () => undefined })
})
afterAll(() => Promise.all([secondInstance.close(), database.close()]))

describe('the rate limit', () => {
  it('is shared by all instances, and says when to retry', async () => {
    const { service, tenant } = test
    const urls = Array.from({ length: 12 }, (_, index) =>
      index % 2 === 0 ? service.url : secondInstance.url,
    )
    const responses = await Promise.all(urls.map((url) => revoke(url, tenant)))
    expect(responses.filter(({ status }) => status === 200)).toHaveLength(rateLimit.requests)
    const rejected = responses.filter(({ status }) => status === 429)
    expect(rejected).toHaveLength(12 - rateLimit.requests)
    for (const response of rejected) {
      expect(await outcomeOf(revokeConnectedApp, response)).toBe('429 too_many_requests')
      const seconds = Number(response.headers.get('retry-after'))
      // The lower bound leaves half of the window for a busy machine.
      expect(seconds).toBeGreaterThan(rateLimit.windowSeconds / 2)
      expect(seconds).toBeLessThanOrEqual(rateLimit.windowSeconds)
    }
  })

  it('accepts as many requests of one batch as are left, and rejects the rest', async () => {
    const limiter = new RateLimit(database, { requests: 5, windowSeconds: 600 })
    const waits = await Promise.all(Array.from({ length: 8 }, () => limiter.consume('batch')))
    expect(waits.filter((seconds) => seconds === undefined)).toHaveLength(5)
    expect(await limiter.consume('batch')).toBeGreaterThan(0)
    expect(await limiter.consume('other')).toBeUndefined()
  })

  it('accepts requests again when the window ends', async () => {
    const limiter = new RateLimit(database, { requests: 1, windowSeconds: 1 })
    expect(await limiter.consume('window')).toBeUndefined()
    await expect
      .poll(() => limiter.consume('window'), { interval: 100, timeout: 20_000 })
      .toBeUndefined()
  })

  it.each(operationsByTitle)(
    'is checked after the credentials and before the form of a request, and all operations share it: %s',
    async (_, operation) => {
      const { service, tenant } = test
      const path = { organization_id: '%20' }
      const limited = await send(operation, service.url, tenant, { path })
      expect(await outcomeOf(operation, limited)).toBe('429 too_many_requests')
      const headers = { authorization: 'Basic eDp5' }
      const unauthorized = await send(operation, service.url, tenant, { path, headers })
      expect(await outcomeOf(operation, unauthorized)).toBe(outcomeOfUnauthorized(operation))
    },
  )

  it('counts each project separately, and only requests with the right secret', async () => {
    const { service } = test
    const tenant = await addTenant(test.database.pool)
    const stranger = { ...tenant, secret: 'wrong' }
    for (let index = 0; index < 10; index++) await revoke(service.url, stranger)
    expect((await revoke(service.url, tenant)).status).toBe(200)
  })
})
