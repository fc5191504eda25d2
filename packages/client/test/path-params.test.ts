import { path } from '@connected-apps/contract/compact'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { connectTo, ids } from './client.ts'
import { listen, respondWith } from './loopback.ts'

const names = ['organization_id', 'member_id', 'connected_app_id'] as const

const invalidIds: [string, unknown, string][] = [
  ['""', '', '""'],
  ['"."', '.', '"."'],
  ['".."', '..', '".."'],
  ['a lone surrogate', 'a\ud800b', '"a\\ud800b"'],
  ['a missing id', undefined, 'undefined'],
  ['null', null, 'object'],
  ['a number', 7, 'number'],
  ['an array', ['a'], 'object'],
]

test.each(
  names.flatMap((name) =>
    invalidIds.map(([description, id, shown]) => ({ name, description, id, shown })),
  ),
)('$name: $description is rejected before anything is sent', async ({ name, id, shown }) => {
  const server = await listen((_, response) => respondWith(response, 200))
  const params = { ...ids, [name]: id }
  const result = await connectTo(server.url).tryRevoke(params)
  expect(result).toMatchObject({
    ok: false,
    error: {
      kind: 'argument',
      argument: name,
      attempts: 0,
      message: `${name} ${shown} cannot be a path segment (revoke); pass the id that the API returned`,
    },
  })
  expect(server.requests).toHaveLength(0)
})

test('missing params are rejected', async () => {
  const { revoke } = connectTo('http://127.0.0.1:1')
  const untypedRevoke = revoke as (params?: unknown) => Promise<unknown> // as an untyped caller could pass
  await expect(untypedRevoke()).rejects.toMatchObject({ argument: 'organization_id' })
  await expect(untypedRevoke(null)).rejects.toMatchObject({ argument: 'organization_id' })
})

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

test('any other id reaches the server as exactly one path segment', async () => {
  const server = await listen((_, response) => respondWith(response, 200))
  const { revoke } = connectTo(`${server.url}/prefix`)
  await fc.assert(
    fc.asyncProperty(anyId, anyId, anyId, async (organization_id, member_id, connected_app_id) => {
      const params = { organization_id, member_id, connected_app_id }
      await revoke(params)
      const received = server.requests.at(-1)?.url?.split('/').map(decodeURIComponent)
      const expected = `/prefix${path}`.split('/').map((segment) => {
        const name = names.find((each) => segment === `{${each}}`)
        return name ? params[name] : segment
      })
      expect(received).toEqual(expected)
    }),
    { numRuns: 300 },
  )
})
