import { checkResponseBody } from '@connected-apps/contract'
import { allOperations } from '@connected-apps/contract/operations'
import { examplesOf } from '@connected-apps/scenarios'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { call } from './call.ts'
import {
  errorOf,
  first,
  responseOf,
  scenarioId,
  scenarioValue,
  statusOf,
  successOf,
} from './operations.ts'
import { startSharedMock } from './shared-mock.ts'

const mock = await startSharedMock()

describe.each(allOperations)('Prefer and the query of $operationId', (operation) => {
  const { operationId, mediaType, malformedExample } = operation
  const statuses = Object.keys(operation.responseBodies).map(Number)
  const success = successOf(operation)
  const limit = errorOf(operation, 'limit')
  const limitStatus = statusOf(operation, limit)

  const prefer = (value: string, query = '') =>
    call(mock.url, operation, { headers: { prefer: value }, query })

  it.each(statuses)('choose the first example of %i by code', async (status) => {
    const { body } = responseOf(operation, first(examplesOf(operation, status)))
    expect(await prefer(`code=${status}`)).toMatchObject({ status, body })
    const query = `?__code=${status}`
    expect(await call(mock.url, operation, { query })).toMatchObject({ status, body })
  })

  it.each(examplesOf(operation))(
    'choose %s by its name, with or without its code',
    async (example) => {
      const { status, body } = responseOf(operation, example)
      expect(await prefer(`example=${example}`)).toMatchObject({ status, body })
      expect(await prefer(`code=${status}, example="${example}"`)).toMatchObject({ status, body })
      const query = `?__example=${example}`
      expect(await call(mock.url, operation, { query })).toMatchObject({ status, body })
    },
  )

  it('can be combined, and Prefer takes precedence', async () => {
    const failure = statusOf(operation, errorOf(operation, 'failure'))
    const query = `?__code=${limitStatus}`
    expect((await prefer('respond-async', query)).status).toBe(limitStatus)
    expect((await prefer(`code=${failure}`, query)).status).toBe(failure)
  })

  it('take precedence over a scenario id', async () => {
    const values = scenarioValue(operation, scenarioId(operation, limit))
    const headers = { prefer: `example=${success}` }
    const { status } = await call(mock.url, operation, { values, headers })
    expect(status).toBe(operation.successStatus)
  })

  it.each([
    ['code=418', `${operationId} has the statuses ${statuses.join(', ')}`],
    ['code=4e2', `${operationId} has the statuses`],
    ['code=abc', `${operationId} has the statuses`],
    ['code', `${operationId} has the statuses`],
    ['example=nonesuch', `${operationId} has the examples ${examplesOf(operation).join(', ')}`],
    [`code=${limitStatus}, example=${success}`, `${limitStatus} has the examples ${limit}`],
    ['wait=61', 'from 0 to 60'],
    ['wait=-1', 'from 0 to 60'],
    ['wait=soon', 'from 0 to 60'],
    ['dynamic=perhaps', 'true or false'],
  ])('reject %s and list the valid values', async (header, message) => {
    const { status, headers, body } = await prefer(header)
    const expected = responseOf(operation, malformedExample)
    expect([status, headers.get('content-type')]).toEqual([expected.status, mediaType])
    expect(checkResponseBody(operation, status, body)).toEqual([])
    expect(body).toMatchObject(expected.body as object)
    expect(JSON.stringify(body)).toContain(message)
  })

  it('generate a body from its schema with dynamic, valid under the contract', async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...statuses), fc.uuid(), async (code, seed) => {
        const response = await prefer(`code=${code}, dynamic=true, seed=${seed}`)
        expect(response.status).toBe(code)
        expect(checkResponseBody(operation, code, response.body)).toEqual([])
      }),
      { numRuns: 50 },
    )
  })

  it('survive any header that HTTP allows', async () => {
    const value = fc.string({
      unit: fc.integer({ min: 0x20, max: 0x7e }).map((code) => String.fromCharCode(code)),
    })
    await fc.assert(
      fc.asyncProperty(value, value, async (header, query) => {
        const { status, body } = await prefer(header, `?__example=${encodeURIComponent(query)}`)
        expect(statuses).toContain(status)
        expect(checkResponseBody(operation, status, body)).toEqual([])
      }),
      { numRuns: 50 },
    )
  })
})
