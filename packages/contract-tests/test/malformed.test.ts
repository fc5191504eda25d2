import { expect, test } from 'vitest'
import { checkParameter } from '@connected-apps/contract'
import type { Operation } from '@connected-apps/contract'
import { allOperations } from '@connected-apps/contract/operations'
import { malformedRequests } from '../src/malformed.ts'
import { resolveSettings } from '../src/options.ts'
import { canClientSend } from '../src/send/client.ts'
import { sendRaw } from '../src/send/raw.ts'
import { operationWithBody, safeOperation, successOf } from './support/operations.ts'
import { startProvider, validResponse } from './support/provider.ts'
import { credentials } from './support/reference-provider.ts'

/** An operation with kinds of parameters that the contract may gain: in the query, and a required header. */
function withMoreParameters(operation: Operation): Operation {
  const validate = Object.assign((value: unknown) => /^[\w-]{1,9}$/.test(String(value)), {
    errors: [{ instancePath: '', keyword: 'pattern', message: 'must match the pattern' }],
  })
  const parameter = { example: 'page-1', errorExample: operation.malformedExample, validate }
  return {
    ...operation,
    queryParameters: ['cursor'],
    headerParameters: [...operation.headerParameters, 'X-Request-Id'],
    parameters: {
      ...operation.parameters,
      cursor: { ...parameter, in: 'query', required: false },
      'X-Request-Id': { ...parameter, in: 'header', required: true },
    },
  }
}

test.each(allOperations)(
  'malforms each parameter of $operationId, and sends it without the client',
  (operation) => {
    const settings = resolveSettings({ url: 'http://127.0.0.1:9', ...credentials })
    const requests = malformedRequests(operation)
    for (const [name, parameter] of Object.entries(operation.parameters)) {
      if (checkParameter(parameter, 'any text').length === 0) continue
      expect(requests).toContainEqual(
        expect.objectContaining({
          example: parameter.errorExample,
          request: { parameters: { [name]: expect.any(String) } },
        }),
      )
    }
    expect(requests.filter(({ request }) => canClientSend(operation, request, settings))).toEqual(
      [],
    )
  },
)

test('malforms query parameters, and omits required headers', () => {
  const names = malformedRequests(withMoreParameters(safeOperation)).map(({ name }) => name)
  expect(names).toEqual(
    expect.arrayContaining([
      'cursor with a space',
      'cursor of 10 characters',
      'no X-Request-Id',
      'X-Request-Id with a space',
    ]),
  )
  expect(names).not.toContain('no cursor')
})

test('malforms a body only if the operation takes one', () => {
  const bodies = (operation: Operation) =>
    malformedRequests(operation).filter(({ request }) => request.body !== undefined)
  expect(bodies(operationWithBody).length).toBeGreaterThan(0)
  expect(bodies(safeOperation)).toEqual([])
})

test('sends a required header by default, and encodes values in the query', async () => {
  await using provider = await startProvider(() =>
    validResponse(safeOperation, successOf(safeOperation)),
  )
  const operation = withMoreParameters(safeOperation)
  const settings = resolveSettings({ url: provider.url, ...credentials })
  const { sent } = await sendRaw(operation, { parameters: { cursor: 'a b' } }, settings)
  expect(sent.query.get('cursor')).toBe('a b')
  await sendRaw(operation, { parameters: { 'X-Request-Id': null } }, settings)
  expect(provider.requests).toMatchObject([
    { path: expect.stringMatching(/\?cursor=a(\+|%20)b$/), headers: { 'x-request-id': 'page-1' } },
    { path: expect.not.stringContaining('?') },
  ])
  expect(provider.requests[1]?.headers).not.toHaveProperty('x-request-id')
})
