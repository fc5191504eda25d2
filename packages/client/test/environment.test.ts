import type { B2BClientConfig } from '@connected-apps/client'
import { B2BClient } from '@connected-apps/client'
import { serverFor } from '@connected-apps/contract'
import document from '@connected-apps/contract/openapi.json' with { type: 'json' }
import { allOperations } from '@connected-apps/contract/operations'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { clientFactories, methodsOf, thrownBy } from './client.ts'
import { paramsOf } from './operations.ts'

const STYTCH_PROJECT_ID = 'project-test-of-the-environment'
const STYTCH_SECRET = 'secret-of-the-environment'
const browser = { userAgent: 'Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101' }

beforeEach(() => setEnvironment({ STYTCH_PROJECT_ID, STYTCH_SECRET }))

afterEach(() => {
  vi.unstubAllEnvs()
  vi.unstubAllGlobals()
})

function setEnvironment(variables: Record<string, string | undefined>): void {
  for (const [name, value] of Object.entries(variables)) vi.stubEnv(name, value)
}

/** The origin and the credentials of each request of a client with this config. */
async function sentWith(config?: B2BClientConfig): Promise<{ origins: string[]; users: string[] }> {
  const sent: [string, string][] = []
  vi.stubGlobal('fetch', async (url: string, { headers }: { headers: Record<string, string> }) => {
    sent.push([new URL(url).origin, atob(headers['authorization']?.replace('Basic ', '') ?? '')])
    return new Response()
  })
  const client = new B2BClient(config)
  for (const operation of allOperations) {
    await methodsOf(client, operation).tryCall(paramsOf(operation))
  }
  expect(sent).toHaveLength(allOperations.length)
  const [origins, users] = [0, 1].map((index) => [...new Set(sent.map((each) => `${each[index]}`))])
  return { origins: origins ?? [], users: users ?? [] }
}

describe('the credentials of the environment', () => {
  test('are used if the config has none', async () => {
    for (const config of [undefined, {}, { timeoutMs: 1_000 }]) {
      expect((await sentWith(config)).users).toEqual([`${STYTCH_PROJECT_ID}:${STYTCH_SECRET}`])
    }
  })

  test.each(document.servers.map((server) => server['x-projects']))(
    'select the server of the project: %j',
    async (prefix) => {
      setEnvironment({ STYTCH_PROJECT_ID: `${prefix}1` })
      expect((await sentWith()).origins).toEqual([serverFor(`${prefix}1`)])
    },
  )

  test('are overridden by those of the config', async () => {
    const config = { project_id: 'project-test-other', secret: 'other-secret' }
    expect((await sentWith(config)).users).toEqual(['project-test-other:other-secret'])
    const { secret } = config
    expect((await sentWith({ secret })).users).toEqual([`${STYTCH_PROJECT_ID}:other-secret`])
  })

  test('complete a config of the same project', async () => {
    const users = [`${STYTCH_PROJECT_ID}:${STYTCH_SECRET}`]
    expect((await sentWith({ project_id: STYTCH_PROJECT_ID })).users).toEqual(users)
    setEnvironment({ STYTCH_PROJECT_ID: undefined })
    expect((await sentWith({ project_id: STYTCH_PROJECT_ID })).users).toEqual(users)
  })

  test('are read when the client is created', async () => {
    const client = new B2BClient()
    setEnvironment({ STYTCH_PROJECT_ID: 'project-test-later', STYTCH_SECRET: 'later-secret' })
    const fetch = vi.fn<typeof globalThis.fetch>(async () => new Response())
    vi.stubGlobal('fetch', fetch)
    for (const operation of allOperations) {
      await methodsOf(client, operation).tryCall(paramsOf(operation))
    }
    const basic = `Basic ${btoa(`${STYTCH_PROJECT_ID}:${STYTCH_SECRET}`)}`
    for (const [, init] of fetch.mock.calls) {
      expect(init?.headers).toMatchObject({ authorization: basic })
    }
  })
})

describe.each(clientFactories)('%s', (where, create) => {
  const missing = (name: string) => ({
    kind: 'argument',
    argument: name,
    message: `${name} is missing (${where}); pass it, or set STYTCH_${name.toUpperCase()} in the environment, for the same project`,
  })

  test('names the environment variable of each missing credential', () => {
    setEnvironment({ STYTCH_SECRET: undefined })
    expect(thrownBy(() => create())).toMatchObject(missing('secret'))
    setEnvironment({ STYTCH_PROJECT_ID: undefined })
    expect(thrownBy(() => create())).toMatchObject(missing('project_id'))
    expect(thrownBy(() => create({ secret: 'a-secret' }))).toMatchObject(missing('project_id'))
    expect(thrownBy(() => create({ project_id: 'a-project' }))).toMatchObject(missing('secret'))
  })

  test('never sends the secret of one project for another', () => {
    const config = { project_id: 'project-test-other' }
    expect(thrownBy(() => create(config))).toMatchObject(missing('secret'))
  })

  test.each([undefined, null, '', 0, false])(
    'rejects %j as a credential instead of reading the environment',
    (value) => {
      for (const argument of ['project_id', 'secret']) {
        const config = { [argument]: value } as B2BClientConfig // as an untyped caller could pass
        const error = thrownBy(() => create(config))
        expect(error).toMatchObject({ kind: 'argument', argument })
        const message: unknown = Object(error).message
        expect(message).toMatch(new RegExp(`^${argument} (must be a string|is empty)`))
      }
    },
  )

  test.each([
    ['', 'is empty'],
    ['ends-with-a-line-break\n', 'ends with a line break'],
    ['has a space', 'has a character that is not visible ASCII'],
  ])('says which variable has an invalid value: %j', (value, problem) => {
    for (const [name, other] of [
      ['STYTCH_PROJECT_ID', 'STYTCH_SECRET'],
      ['STYTCH_SECRET', 'STYTCH_PROJECT_ID'],
    ] as const) {
      setEnvironment({ [name]: value, [other]: 'valid' })
      const error = thrownBy(() => create())
      expect(error).toMatchObject({ kind: 'argument', argument: name })
      expect(String(error)).toContain(`${name} ${problem} (${where})`)
      if (value !== '') expect(String(error)).not.toContain(value)
    }
  })

  test('reads no variable in a browser', () => {
    const process = unreadableProcess()
    vi.stubGlobal('navigator', browser)
    vi.stubGlobal('process', process.stub)
    const error = thrownBy(() => create({ dangerouslyAllowBrowser: true }))
    vi.unstubAllGlobals()
    expect(error).toMatchObject(missing('project_id'))
    expect(process.reads).toBe(0)
  })

  test.each(['prompt', 'denied'])(
    'reads no variable in Deno, and requests no permission, while it is: %s',
    (state) => {
      const process = unreadableProcess()
      const deno = denoWith(state)
      vi.stubGlobal('Deno', deno)
      vi.stubGlobal('process', process.stub)
      const error = thrownBy(() => create())
      vi.unstubAllGlobals()
      expect(error).toMatchObject(missing('project_id'))
      expect(process.reads).toBe(0)
      expect(deno.permissions.querySync).toHaveBeenCalledWith({
        name: 'env',
        variable: 'STYTCH_PROJECT_ID',
      })
      expect(deno.permissions.request).not.toHaveBeenCalled()
    },
  )

  test('reads the variables in Deno with the permission', () => {
    vi.stubGlobal('Deno', denoWith('granted'))
    expect(() => create()).not.toThrow()
  })

  test.each([
    ['no process', undefined],
    ['a process without an environment', {}],
    ['an environment that throws', unreadableProcess().stub],
  ])('requires credentials in the config where there is %s', (_, process) => {
    vi.stubGlobal('process', process)
    const error = thrownBy(() => create())
    const client = create({ project_id: 'project-test-1', secret: 'a-secret' })
    vi.unstubAllGlobals()
    expect(error).toMatchObject(missing('project_id'))
    expect(client).toBeTypeOf('object')
  })
})

/** A process whose environment must not be read. */
function unreadableProcess(): { reads: number; stub: object } {
  const process = {
    reads: 0,
    stub: {
      get env() {
        process.reads++
        throw new Error('The environment was read.')
      },
    },
  }
  return process
}

function denoWith(state: string) {
  return {
    permissions: {
      querySync: vi.fn<(query: object) => { state: string }>(() => ({ state })),
      request: vi.fn<() => void>(),
    },
  }
}
