import { allOperations } from '@connected-apps/contract/operations'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { connectTo } from './client.ts'
import { listen, respondWith } from './loopback.ts'
import { firstIdOf, methodNameOf, paramsOf } from './operations.ts'

const notSegment = 'cannot be a path segment; pass the id that the API returned'

const invalidIds: [string, unknown, string][] = [
  ['""', '', `"" ${notSegment}`],
  ['"."', '.', `"." ${notSegment}`],
  ['".."', '..', `".." ${notSegment}`],
  ['a lone surrogate', 'a\ud800b', `"a\\ud800b" ${notSegment}`],
  ['a missing id', undefined, 'is missing'],
  ['null', null, 'must be a string, not null'],
  ['a number', 7, 'must be a string, not a number'],
  ['an array', ['a'], 'must be a string, not an object'],
]

const anyId = fc
  .oneof(
    fc.string({ unit: 'binary' }),
    fc.string({ unit: fc.constantFrom('.', '/', '\\', '%', '?', '#', '2e', '{', '}', '$&', '\n') }),
    fc.constantFrom(
      '%2e%2e',
      '...',
      '../..',
      'a/../b',
      '{member_id}',
      '$1',
      ' ',
      '\u0000',
      'ö',
      '😀',
    ),
  )
  .filter((id) => !['', '.', '..'].includes(id))

describe.each(allOperations)('$operationId', (operation) => {
  const params = paramsOf(operation)
  const method = methodNameOf(operation)

  test.each(
    operation.pathParameters.flatMap((name) =>
      invalidIds.map(([description, id, shown]) => ({ name, description, id, shown })),
    ),
  )('$name: $description is rejected before anything is sent', async ({ name, id, shown }) => {
    const server = await listen((_, response) => respondWith(response, operation, 'success'))
    const { tryCall } = connectTo(operation, server.url)
    const [problem, advice] = shown.split('; ')
    const result = await tryCall({ ...params, [name]: id })
    expect(result).toMatchObject({
      ok: false,
      error: {
        kind: 'argument',
        argument: name,
        attempts: 0,
        message: `${name} ${problem} (${method})${advice === undefined ? '' : `; ${advice}`}`,
      },
    })
    expect(server.requests).toHaveLength(0)
  })

  test('missing params are rejected', async () => {
    const { call } = connectTo(operation, 'http://127.0.0.1:1')
    const untypedCall = call as (params?: unknown) => Promise<unknown> // as an untyped caller could pass
    const argument = firstIdOf(operation)
    await expect(untypedCall()).rejects.toMatchObject({ argument })
    await expect(untypedCall(null)).rejects.toMatchObject({ argument })
  })

  test('any other id reaches the server as exactly one path segment', async () => {
    const server = await listen((_, response) => respondWith(response, operation, 'success'))
    const { call } = connectTo(operation, `${server.url}/prefix`)
    const ids = fc.record(
      Object.fromEntries(operation.pathParameters.map((name) => [name, anyId] as const)),
    )
    await fc.assert(
      fc.asyncProperty(ids, async (values) => {
        await call({ ...params, ...values })
        const received = server.requests.at(-1)?.url?.split('/').map(decodeURIComponent)
        const expected = `/prefix${operation.path}`.split('/').map((segment) => {
          const name = operation.pathParameters.find((each) => segment === `{${each}}`)
          return name === undefined ? segment : values[name]
        })
        expect(received).toEqual(expected)
      }),
      { numRuns: 300 },
    )
  })
})
