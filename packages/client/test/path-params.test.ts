import { path } from '@connected-apps/contract/compact'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { connectTo, ids } from './calls.ts'
import { answerWith, listen } from './loopback.ts'

const names = ['organization_id', 'member_id', 'connected_app_id'] as const

const refused: [string, unknown, string][] = [
  ['""', '', '""'],
  ['"."', '.', '"."'],
  ['".."', '..', '".."'],
  ['half a surrogate pair', 'a\ud800b', '"a\\ud800b"'],
  ['a missing one', undefined, 'undefined'],
  ['null', null, 'object'],
  ['a number', 7, 'number'],
  ['a list', ['a'], 'object'],
]

test.each(names.flatMap((name) => refused.map(([what, id, shown]) => ({ name, what, id, shown }))))(
  '$name: $what is refused before anything is sent',
  async ({ name, id, shown }) => {
    const server = await listen((_, response) => answerWith(response, 200))
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
  },
)

test('missing params are refused too', async () => {
  const { revoke } = connectTo('http://127.0.0.1:1')
  const withoutTypes = revoke as (params?: unknown) => Promise<unknown> // as from JavaScript
  await expect(withoutTypes()).rejects.toMatchObject({ argument: 'organization_id' })
  await expect(withoutTypes(null)).rejects.toMatchObject({ argument: 'organization_id' })
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

test('any other id is exactly its own segment at the server', async () => {
  const server = await listen((_, response) => answerWith(response, 200))
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
