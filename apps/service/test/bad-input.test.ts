import { checkResponseBody } from '@connected-apps/contract'
import * as fc from 'fast-check'
import type { Pool } from 'pg'
import { expect, it } from 'vitest'
import type { OAuthRequestParts } from './support/bad-oauth-requests.ts'
import { badOAuthRequests, validFields } from './support/bad-oauth-requests.ts'
import type { RequestParts } from './support/bad-requests.ts'
import { badRequests, targetOf } from './support/bad-requests.ts'
import { anyOperation } from './support/operations.ts'
import { sendRaw } from './support/raw-http.ts'
import { useService } from './support/service.ts'

const batchSize = 25
const batches = 400

/** Matches a stack trace or an SQL statement. */
const internals = /\bat .+:\d+:\d+|node_modules|SELECT/

const test = useService({ rateLimit: { requests: 1_000_000, windowSeconds: 600 } })

it(`rejects ${batches * batchSize} bad requests as the contract defines, and changes nothing`, async () => {
  const { database, tenant } = test
  const before = await digest(database.pool)
  const batch = fc.array(badRequests(tenant), { minLength: batchSize, maxLength: batchSize })
  await fc.assert(
    fc.asyncProperty(batch, async (requests) => {
      await Promise.all(requests.map(expectRejection))
    }),
    { numRuns: batches },
  )
  expect(await digest(database.pool)).toBe(before)
}, 300_000)

it('responds to hostile OAuth requests without a server error', async () => {
  const requests = fc.array(badOAuthRequests(test.tenant), { minLength: 10, maxLength: 10 })
  await fc.assert(
    fc.asyncProperty(requests, async (batch) => {
      await Promise.all(batch.map(expectNoServerError))
    }),
    { numRuns: 60 },
  )
}, 120_000)

it.each(['client_id', 'state', 'nonce', 'refresh_token', 'token'])(
  'responds to OAuth requests with a NUL in their %s',
  async (name) => {
    const fields = { ...validFields(test.tenant), [name]: 'a\0b' }
    const requests = [
      ['GET', '/oauth2/authorize'],
      ['POST', '/oauth2/introspect'],
      ['POST', '/oauth2/token'],
    ] as const
    for (const [method, path] of requests) {
      await expectNoServerError({ method, path, fields, authorization: undefined })
    }
  },
)

it('survives bytes that are not HTTP', async () => {
  const { database } = test
  const before = await digest(database.pool)
  const request = fc.tuple(
    fc.constantFrom(
      '',
      'GET /nowhere HTTP/1.1\r\nHost: x\r\n',
      'POST //x:y@/ HTTP/1.1\r\nHost: ?\r\n',
    ),
    fc.uint8Array({ maxLength: 200 }),
  )
  await fc.assert(
    fc.asyncProperty(request, async ([start, bytes]) => {
      const sent = Buffer.concat([Buffer.from(start), bytes, Buffer.from('\r\n\r\n')])
      const response = await sendRaw(test.service.url, sent, true)
      if (response !== undefined) expectEnvelope(response.status, response.text)
    }),
    { numRuns: 300 },
  )
  expect(await digest(database.pool)).toBe(before)
})

async function expectRejection(parts: RequestParts): Promise<void> {
  const { method, headers, body } = parts
  const response = await fetch(test.service.url + targetOf(parts), {
    method,
    headers,
    ...(body !== undefined && method !== 'GET' && { body }),
  })
  expectEnvelope(response.status, await response.text())
}

async function expectNoServerError({
  method,
  path,
  fields,
  authorization,
}: OAuthRequestParts): Promise<void> {
  const form = new URLSearchParams(fields)
  const url = test.service.url + path
  const response = await fetch(method === 'GET' ? `${url}?${form.toString()}` : url, {
    method,
    redirect: 'manual',
    headers: { ...(authorization !== undefined && { authorization }) },
    ...(method === 'POST' && { body: form }),
  })
  expect(response.status).toBeLessThan(500)
  // The authorization endpoint reports an error to the Connected App in the URL of the redirect.
  const output = `${response.headers.get('location')} ${await response.text()}`
  expect(output).not.toContain('server_error')
  expect(output).not.toMatch(internals)
}

function expectEnvelope(status: number, text: string): void {
  expect(status).toBeGreaterThanOrEqual(400)
  expect(status).toBeLessThan(500)
  const body: unknown = JSON.parse(text)
  expect(Object.keys(anyOperation.responseBodies)).toContain(String(status))
  expect(checkResponseBody(anyOperation, status, body)).toEqual([])
  expect(text).not.toMatch(internals)
}

/** A digest of the whole database, except for the counts of requests. */
async function digest(pool: Pool): Promise<string> {
  const { rows } = await pool.query<{ name: string }>(
    `SELECT table_name AS name FROM information_schema.tables
     WHERE table_schema = 'public' AND table_type = 'BASE TABLE' AND table_name <> 'rate_limits'
     ORDER BY name`,
  )
  const digests = rows.map(
    ({ name }) =>
      `SELECT '${name}' AS name, md5(coalesce(string_agg(t::text, '' ORDER BY t::text), '')) AS digest FROM ${name} t`,
  )
  return JSON.stringify((await pool.query(digests.join(' UNION ALL '))).rows)
}
