import type { Operation } from '@connected-apps/contract'
import { describe, expect, test } from 'vitest'
import type { Client } from '../src/client.ts'
import { connectWithClock, SkippingClock } from './fake-clocks.ts'
import { exampleOf, paramsOf, retriedOperations } from './operations.ts'

// No call is limited by its own retries here.
const maxRetries = 1_000

/** An API that can be down, and a client of it. */
class UnreliableApi {
  isDown = true
  requests = 0
  client = this.connect()

  /** Another client of the same API. */
  connect(): Client {
    const fetch = async (url: string) => {
      this.requests++
      const operation = retriedOperations.find(({ operationId }) => url.includes(operationId))
      if (!operation) throw new Error('The organization is not named after the operation.')
      const { status, body } = exampleOf(operation, this.isDown ? 'server failure' : 'success')
      return Response.json(body, { status })
    }
    return connectWithClock('http://127.0.0.1:1', new SkippingClock(), { fetch })
  }

  /** Calls the operation, and returns the number of requests that were sent for it. */
  async send(operation: Operation, options: object = {}, client = this.client): Promise<number> {
    const before = this.requests
    // The API finds the operation by it.
    const organization_id = operation.operationId
    await client.tryCall(operation, { ...paramsOf(operation), organization_id }, options)
    return this.requests - before
  }
}

describe.each(retriedOperations)('$operationId', (operation) => {
  test('an outage of 1,000 calls gets at most 1,100 requests, whether they are sequential or concurrent', async () => {
    const sequential = new UnreliableApi()
    for (let call = 0; call < 1_000; call++) await sequential.send(operation)
    expect(sequential.requests).toBe(1_100)

    const concurrent = new UnreliableApi()
    await Promise.all(Array.from({ length: 1_000 }, () => concurrent.send(operation)))
    expect(concurrent.requests).toBe(1_100)
  })

  test('a call that is not retried because the budget is used up fails with its own error', async () => {
    const api = new UnreliableApi()
    await api.send(operation, { maxRetries })
    const params = { ...paramsOf(operation), organization_id: operation.operationId }
    const { status } = exampleOf(operation, 'server failure')
    expect(await api.client.tryCall(operation, params)).toMatchObject({
      ok: false,
      error: { kind: 'http', status_code: status, attempts: 1 },
    })
  })

  test('each success after an outage allows a fifth of a retry', async () => {
    const api = new UnreliableApi()
    await api.send(operation, { maxRetries })
    api.isDown = false
    for (let call = 0; call < 14; call++) expect(await api.send(operation)).toBe(1)
    api.isDown = true
    expect(await api.send(operation, { maxRetries })).toBe(1 + 2)
  })

  test('a success refunds its retries', async () => {
    const api = new UnreliableApi()
    const call = api.send(operation, { maxRetries: 99 })
    while (api.requests < 99) await Promise.resolve()
    api.isDown = false
    expect(await call).toBe(100)
    api.isDown = true
    expect(await api.send(operation, { maxRetries })).toBe(1 + 100)
  })

  test('each client has a budget of its own', async () => {
    const api = new UnreliableApi()
    await api.send(operation, { maxRetries })
    expect(await api.send(operation)).toBe(1)
    expect(await api.send(operation, {}, api.connect())).toBe(3)
  })

  test('calls that fail without a retry cost nothing', async () => {
    const api = new UnreliableApi()
    for (let call = 0; call < 200; call++) await api.send(operation, { maxRetries: 0 })
    expect(await api.send(operation, { maxRetries })).toBe(1 + 100)
  })
})

test('the operations of a client share its budget', async () => {
  const api = new UnreliableApi()
  for (const operation of retriedOperations) await api.send(operation, { maxRetries: 33 })
  const left = 100 - 33 * retriedOperations.length
  for (const operation of retriedOperations) {
    const expected = operation === retriedOperations[0] ? 1 + left : 1
    expect(await api.send(operation, { maxRetries })).toBe(expected)
  }
})
