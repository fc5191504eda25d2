import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { operations } from '@connected-apps/contract/operations'
import { beforeEach, describe, expect, it } from 'vitest'
import { maxKeys } from '../src/engine.ts'
import { readTarget, ScenarioEngine, scenarios } from '../src/index.ts'
import { maxJournalEntries } from '../src/journal/journal.ts'
import { clientOf, requestOf } from './requests.ts'

const { revokeConnectedApp } = operations

const ways = {
  header: (key: string) => ({ headers: { 'x-mock-key': key } }),
  query: (key: string) => ({ query: `?__key=${key}` }),
  'path prefix': (key: string) => ({ prefix: `/__mock/s/${key}` }),
}
const { connected_app_id: sequence } = scenarios.tooManyRequestsTwiceThenRevoked
const operationId = 'getMemberConnectedApps'

let engine: ScenarioEngine
beforeEach(() => {
  engine = new ScenarioEngine()
})

describe.each(Object.entries(ways))('a key in the %s', (_way, optionsFor) => {
  const seeded = (key: string) => {
    const items = [{ connected_app_id: sequence }, { connected_app_id: `app-${key}` }]
    engine.key(key).define({ operationId, id: 'm', connected_apps: items })
    return { key, client: clientOf(engine, optionsFor(key)), own: `app-${key}` }
  }

  it('has its own journal, sequences, lists and definitions', async () => {
    const [one, other] = [seeded('one'), seeded('other')]
    for (const status of [429, 429, 200]) {
      expect(await one.client.revoke('m', sequence)).toBe(status)
    }
    expect(await other.client.revoke('m', sequence)).toBe(429)
    expect(await one.client.appsOf('m')).toEqual([one.own])
    expect(await other.client.appsOf('m')).toEqual([sequence, other.own])
    expect(engine.key('one').journal.total).toBe(4)
    expect(engine.key('other').journal.total).toBe(2)
    expect(engine.key().journal.total).toBe(0)
    expect(await clientOf(engine).appsOf('m')).not.toContain(one.own)
  })

  it('is not affected by a reset of another', async () => {
    const [one, other] = [seeded('one'), seeded('other')]
    await one.client.revoke('m', one.own)
    await one.client.revoke('m', sequence)
    await other.client.revoke('m', other.own)
    for (const reset of ['other', undefined]) engine.key(reset).reset()
    expect(await one.client.appsOf('m')).toEqual([sequence])
    expect(await one.client.revoke('m', sequence)).toBe(429)
    expect(await one.client.revoke('m', sequence)).toBe(200)
    expect(engine.key('one').journal.total).toBe(5)
    expect(engine.key('other').journal.total).toBe(0)
  })

  it('may be anything that fits into a path, and nothing else', async () => {
    for (const key of ['a b', 'a/b', '\u00E4', 'a'.repeat(129), '.', '..']) {
      expect(() => engine.key(key)).toThrow(TypeError)
      const { status, body } = await engine.respond(
        requestOf(revokeConnectedApp, {}, optionsFor(encodeURIComponent(key))),
      )
      expect([status, body]).toEqual([
        400,
        expect.objectContaining({
          error_details: {
            key: 'an isolation key has 1 to 128 letters, digits or . _ ~ : -, and is not . or ..',
          },
        }),
      ])
    }
    expect(engine.key().journal.total).toBe(0)
    for (const key of ['Aa.0_~:-', '...', '.a']) {
      const request = requestOf(revokeConnectedApp, {}, optionsFor(key))
      expect((await engine.respond(request)).status).toBe(200)
      expect(engine.key(key).journal.total).toBe(1)
    }
  })
})

describe('a request with several keys, or with an empty one', () => {
  const headers = new Headers({ 'x-mock-key': 'header' })

  it('has the key of the path, else that of the header, else that of the query', () => {
    expect(readTarget('/__mock/s/path/v1?__key=query&a=b', headers)).toMatchObject({
      key: 'path',
      path: '/v1',
      query: new URLSearchParams('a=b'),
    })
    expect(readTarget('/v1?__key=query', headers).key).toBe('header')
    expect(readTarget('/v1?__key=query', new Headers()).key).toBe('query')
    expect(readTarget('/v1?__key=query', new Headers({ 'x-mock-key': '' })).key).toBe('query')
  })

  it('has the prefix removed from control routes and the page too', () => {
    const none = new Headers()
    expect(readTarget('/__mock/s/k/__mock/journal', none)).toMatchObject({
      path: '/__mock/journal',
    })
    expect(readTarget('/__mock/s/k', none)).toMatchObject({ key: 'k', path: '/' })
    expect(readTarget('http://a.test/__mock/s/k/', none)).toMatchObject({ key: 'k', path: '/' })
    expect(readTarget('/__mock/scenarios', none)).toMatchObject({
      key: '',
      path: '/__mock/scenarios',
    })
  })

  it('has the same key however its characters are encoded in the path', () => {
    const readPath = (path: string) => readTarget(path, new Headers())
    expect(readPath('/__mock/s/a%7Eb%2d/v1')).toMatchObject({ key: 'a~b-', path: '/v1' })
    expect(readPath('/__mock/s/a%zz/v1')).toHaveProperty('error')
  })

  it('has no valid key if the prefix names none', () => {
    expect(readTarget('/__mock/s//v1', new Headers())).toHaveProperty('error')
    expect(readTarget('/v1?__key=', new Headers())).not.toHaveProperty('error')
  })
})

describe('the keys', () => {
  const fill = () => {
    for (let count = 0; count < maxKeys; count += 1) engine.key(`other-${count}`).scenarios()
  }

  it('are bounded: the least recently used one is evicted, and never the default one', async () => {
    await clientOf(engine).revoke('m', 'a')
    await clientOf(engine, ways.header('kept')).revoke('m', 'a')
    await clientOf(engine, ways.header('evicted')).revoke('m', 'a')
    for (let count = 0; count < maxKeys - 1; count += 1) {
      engine.key(`other-${count}`).scenarios()
      engine.key('kept').scenarios()
    }
    expect(engine.key('kept').journal.assert({}, 1)).toMatchObject({ ok: true })
    expect(engine.key().journal.assert({}, 1)).toMatchObject({ ok: true })
    expect(engine.key('evicted').journal.total).toBe(0)
  })

  it('fail assertions of an exact number after they were evicted, until they are reset', async () => {
    const client = clientOf(engine, ways.header('evicted'))
    const { journal: held } = engine.key('evicted')
    await client.revoke('m', 'a')
    fill()
    const evicted = engine.key('evicted')
    for (const journal of [held, evicted.journal]) {
      for (const times of [0, 1]) {
        expect(journal.assert({}, times)).toMatchObject({
          ok: false,
          message: expect.stringContaining(
            'the key was evicted, and earlier requests may have matched',
          ),
        })
      }
    }
    await client.revoke('m', 'a')
    expect(evicted.journal.assert({}, 1)).toMatchObject({ ok: false })
    expect(evicted.journal.assert({})).toMatchObject({ ok: true })
    evicted.reset()
    await client.revoke('m', 'a')
    expect(evicted.journal.assert({}, 1)).toMatchObject({ ok: true })
    expect(engine.key('never-used').journal.assert({}, 0)).toMatchObject({ ok: true })
  })

  it('announce changes of their journals and scenarios other than by a request', () => {
    const changes: string[] = []
    engine.subscribe(
      () => undefined,
      (key, isEvicted) => changes.push(isEvicted ? `${key} is gone` : key),
    )
    const definition = {
      operationId: 'revokeConnectedApp',
      responses: [{ example: 'revoked' }],
    } as const
    engine.key('defined').define({ ...definition, id: 'a' })
    engine.defineAt({ key: 'defined', operationId: 'revokeConnectedApp', id: 'b' }, definition)
    engine.key('restored').resetScenarios()
    engine.key('emptied').journal.clear()
    expect(changes.splice(0)).toEqual(['defined', 'defined', 'restored', 'emptied'])
    fill()
    expect(changes).toEqual(['defined is gone', 'restored is gone', 'emptied is gone'])
  })

  it('keep short parts of a request, but do not keep the long rest in memory', async () => {
    setFlagsFromString('--expose-gc')
    const collectGarbage = runInNewContext('gc') as () => void // that of the flag
    const heapBytes = () => {
      collectGarbage()
      return process.memoryUsage().heapUsed
    }
    const { revoke } = clientOf(engine, { query: '?' })
    await revoke('m', 'a')
    const before = heapBytes()
    const length = 1_000_000
    for (let count = 100; count < 150; count += 1) {
      const id = `long-enough-to-be-a-slice-${count}`
      const title = String(count).repeat(length / 3)
      engine.key().define({
        operationId: 'revokeConnectedApp',
        id,
        title,
        responses: [{ example: 'revoked' }],
      })
      const query = `?${String(count).repeat(length / 3)}`
      await clientOf(engine, { query }).revoke(id, id)
      await clientOf(engine, { query, prefix: `/__mock/s/${id}` }).revoke(id, id)
    }
    expect(heapBytes() - before).toBeLessThan(10 * length)
  })

  it('discard requests independently', async () => {
    const [busy, quiet] = [
      clientOf(engine, ways.header('busy')),
      clientOf(engine, ways.header('quiet')),
    ]
    await quiet.revoke('m', 'a')
    for (let count = 0; count <= maxJournalEntries; count += 1) await busy.revoke('m', 'a')
    expect(engine.key('busy').journal.assert({}, maxJournalEntries)).toMatchObject({ ok: false })
    expect(engine.key('quiet').journal.assert({}, 1)).toMatchObject({ ok: true })
  })
})
