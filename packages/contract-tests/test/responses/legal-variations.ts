import type { Operation } from '@connected-apps/contract'
import { validResponse } from '../support/provider.ts'
import type { CannedResponse } from '../support/provider.ts'
import { headersOf } from './body-schema.ts'

/** A response that differs from the contract's example and is also valid. */
export interface LegalVariation {
  name: string
  operation: Operation
  example: string
  response: CannedResponse
}

const contentTypes = [
  'application/json; charset=utf-8',
  'application/json;charset=UTF-8',
  'Application/JSON',
  'application/json ; charset="utf-8"',
]

const changedFields = [
  { request_id: 'request-id-live-00000000-0000-0000-0000-000000000000' },
  { request_id: '0' },
  { more: null },
  { more: { and: ['more'] }, warnings: [] },
]

const changedErrorFields = [
  { error_type: 'an_error_type_of_next_year' },
  { error_message: 'Ein anderer Text – in einer anderen Sprache.' },
  { error_url: 'https://stytch.com/docs/b2b/api/errors' },
  { error_url: '' },
  { error_details: 'text' },
  { error_details: null },
  { error_details: { original_json_error: [] } },
]

/** Responses that consumers have to accept, derived from one example. */
export function legalVariationsOf(operation: Operation, example: string): LegalVariation[] {
  const valid = validResponse(operation, example)
  const body: Record<string, unknown> = JSON.parse(String(valid.body))
  const variation = (name: string, change: Partial<CannedResponse>): LegalVariation => ({
    name: `${operation.operationId} ${valid.status} ${example}: ${name}`,
    operation,
    example,
    response: { ...valid, ...change },
  })
  const declared = operation.responseHeaders[valid.status] ?? {}
  const required = Object.entries(valid.headers).filter(
    ([name]) => declared[name]?.required ?? true,
  )
  const integers = headersOf(operation, valid.status).filter(([, { type }]) => type === 'integer')
  const changes = 'error_type' in body ? [...changedFields, ...changedErrorFields] : changedFields
  return [
    variation('unchanged', {}),
    ...contentTypes.map((type) =>
      variation(`content-type ${type}`, { headers: { ...valid.headers, 'content-type': type } }),
    ),
    variation('without optional headers', { headers: Object.fromEntries(required) }),
    variation('additional headers', { headers: { ...valid.headers, 'x-additional': '1' } }),
    ...integers.map(([name]) =>
      variation(`a long ${name}`, { headers: { ...valid.headers, [name]: '0120' } }),
    ),
    ...changes.map((change) =>
      variation(JSON.stringify(change), { body: JSON.stringify({ ...body, ...change }) }),
    ),
    variation('with an additional field in each object', {
      body: JSON.stringify(withAdditions(body)),
    }),
    variation('pretty-printed', { body: `\n${JSON.stringify(body, null, '\t')}\r\n` }),
    variation('as bytes', { body: Buffer.from(String(valid.body)) }),
    variation('with its fields in another order', {
      body: JSON.stringify(Object.fromEntries(Object.entries(body).toReversed())),
    }),
    variation('with escaped letters', {
      body: String(valid.body).replaceAll('e', String.raw`\u0065`),
    }),
    variation('with its status_code written as a decimal fraction', {
      body: JSON.stringify(body).replace(/("status_code":\d+)/, '$1.0'),
    }),
  ]
}

function withAdditions(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withAdditions)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).map(([name, each]) => [name, withAdditions(each)])
  return { ...Object.fromEntries(entries), more: null }
}
