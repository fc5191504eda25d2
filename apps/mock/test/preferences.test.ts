import { checkResponseBody, isStatus, operation } from '@connected-apps/contract'
import { exampleNames } from '@connected-apps/contract/examples'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startMock } from '../src/index.ts'
import type { Mock } from '../src/index.ts'
import { exampleResponse, examplesOf } from '../src/scenarios/choose-example.ts'
import { parsePreferences } from '../src/mock/preferences.ts'
import { callRevoke } from './call-revoke.ts'

let mock: Mock
beforeAll(async () => {
  mock = await startMock()
})
afterAll(() => mock.close())

const prefer = (value: string, query = '') =>
  callRevoke(mock.url, { headers: { prefer: value }, query })

describe('Prefer and the query', () => {
  it.each([...operation.statuses])('choose the first example of %i by code', async (status) => {
    const example = examplesOf(status)[0]
    if (!example) throw new Error('no example')
    const { body } = exampleResponse(example)
    expect(await prefer(`code=${status}`)).toMatchObject({ status, body })
    expect(await callRevoke(mock.url, { query: `?__code=${status}` })).toMatchObject({
      status,
      body,
    })
  })

  it.each(exampleNames)('choose %s by its name alone, and with its code', async (example) => {
    const { status, body } = exampleResponse(example)
    expect(await prefer(`example=${example}`)).toMatchObject({ status, body })
    expect(await prefer(`code=${status}, example="${example}"`)).toMatchObject({
      status,
      body,
    })
    const query = `?__example=${example}`
    expect(await callRevoke(mock.url, { query })).toMatchObject({ status, body })
  })

  it('can be combined, and Prefer takes precedence', async () => {
    expect((await prefer('respond-async', '?__code=403')).status).toBe(403)
    expect((await prefer('code=404', '?__code=403')).status).toBe(404)
  })

  it('take precedence over a scenario id', async () => {
    const ids = { connected_app_id: 'connected-app-test-00000000-0000-4000-8000-000000000401' }
    expect((await callRevoke(mock.url, { ids, headers: { prefer: 'code=500' } })).status).toBe(500)
  })

  it.each([
    ['code=418', /the contract has the statuses 200, 400/],
    ['code=4e2', /the contract has the statuses/],
    ['code=abc', /the contract has the statuses/],
    ['code', /the contract has the statuses/],
    ['example=nonesuch', /the contract has the examples revoked, bad_request/],
    ['code=403, example=revoked', /403 has the examples session_authorization_error, /],
    ['wait=61', /from 0 to 60/],
    ['wait=-1', /from 0 to 60/],
    ['wait=soon', /from 0 to 60/],
    ['dynamic=perhaps', /true or false/],
  ])('reject %s with 400 and list the valid values', async (header, message) => {
    const { status, headers, body } = await prefer(header)
    expect([status, headers.get('content-type')]).toEqual([400, operation.mediaType])
    expect(checkResponseBody(400, body)).toEqual([])
    expect(body).toMatchObject({ error_type: 'bad_request' })
    expect(JSON.stringify(body)).toMatch(message)
  })

  it('generate a body from its schema with dynamic, valid under the contract', async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...operation.statuses), fc.uuid(), async (code, seed) => {
        const response = await prefer(`code=${code}, dynamic=true, seed=${seed}`)
        expect(response.status).toBe(code)
        expect(checkResponseBody(code, response.body)).toEqual([])
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
        const response = await prefer(header, `?__example=${encodeURIComponent(query)}`)
        expect(
          isStatus(response.status) && checkResponseBody(response.status, response.body),
        ).toEqual([])
      }),
      { numRuns: 100 },
    )
  })
})

describe('the grammar of Prefer (RFC 7240)', () => {
  const parse = (header: string) => parsePreferences(header, new URLSearchParams())

  it.each([
    ['code=429', { example: 'too_many_requests' }],
    ['CODE=429', { example: 'too_many_requests' }],
    ['code = 429', { example: 'too_many_requests' }],
    ['code="429"', { example: 'too_many_requests' }],
    ['wait=10, code=429;a=b', { example: 'too_many_requests', waitSeconds: 10 }],
    ['code=429, code=500', { example: 'too_many_requests' }],
    ['foo="a, code=500", wait=0.5', { waitSeconds: 0.5 }],
    ['handling=lenient; code=500', {}],
    ['return=minimal, respond-async', {}],
    ['', {}],
  ])('parses %s', (header, expected) => {
    expect(parse(header)).toEqual(expected)
  })

  // In quadratic time each of these would take minutes and exceed the timeout of the test.
  it('is parsed in linear time', () => {
    const length = 500_000
    const hostile = ['a="'.repeat(length), `${'\\"'.repeat(length)},`, ' '.repeat(length)]
    for (const header of [...hostile, 'a'.repeat(length)]) expect(parse(header)).toEqual({})
  })
})
