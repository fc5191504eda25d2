import { B2BClient } from '@connected-apps/client'
import { B2BClient as OfficialClient } from 'stytch'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { ScenarioError, scenarios } from '../src/index.ts'
import { call } from './call.ts'
import { anyOperation } from './operations.ts'
import { startSharedMock } from './shared-mock.ts'

const mock = await startSharedMock()
beforeEach(() => {
  mock.reset()
  for (const key of keys) mock.key(key).reset()
})

const keys = ['worker-0', 'worker-1', 'worker-2', 'worker-3']
const ids = { organization_id: 'o', member_id: 'm' }
const { connected_app_id: sequence } = scenarios.tooManyRequestsTwiceThenRevoked

/** A client that only takes a base URL. */
function clientOf(baseUrl: string): B2BClient {
  return new B2BClient({
    project_id: 'project-test-1',
    secret: 'secret-test-1',
    baseUrl,
    maxRetries: 0,
  })
}

const appsOf = async (client: B2BClient) => {
  const { connected_apps: apps } = await client.organizations.members.getConnectedApps(ids)
  return apps.map(({ connected_app_id: id }) => id)
}

async function control(
  path: string,
  init: RequestInit = {},
): Promise<{ status: number; body: unknown }> {
  const response = await fetch(mock.url + path, init)
  const text = await response.text()
  return { status: response.status, body: text === '' ? undefined : JSON.parse(text) }
}

describe('clients with different keys', () => {
  it('do not affect each other, four in parallel with the same ids', async () => {
    const rounds = 5
    const runs = keys.map(async (key) => {
      const client = clientOf(mock.urlOf(key))
      const { revoke } = client.organizations.members.connectedApps
      const send = async (app: string) => {
        const sent = revoke({ ...ids, connected_app_id: app })
        const { status_code: status } = await sent.catch((error: { status_code: number }) => error)
        return status
      }
      for (let round = 1; round <= rounds; round += 1) {
        await control(`/__mock/s/${key}/__mock/scenarios/getMemberConnectedApps/m`, {
          method: 'PUT',
          body: JSON.stringify({
            connected_apps: [
              { connected_app_id: sequence },
              { connected_app_id: `${key}-${round}` },
            ],
          }),
        })
        expect([await send(sequence), await send(sequence), await send(sequence)]).toEqual([
          429, 429, 200,
        ])
        expect(await appsOf(client)).toEqual([`${key}-${round}`])
        expect(await send(`${key}-${round}`)).toBe(200)
        expect(await appsOf(client)).toEqual([])
        const query = 'operationId=revokeConnectedApp&times=4'
        const assertion = await control(`/__mock/s/${key}/__mock/journal/assert?${query}`)
        expect(assertion.body).toMatchObject({ ok: true })
        await control(`/__mock/s/${key}/__mock/reset`, { method: 'POST' })
      }
    })
    await Promise.all(runs)
    expect(mock.journal.total).toBe(0)
  })
})

describe('a key', () => {
  const ways: [way: string, options: (key: string) => { url: string; init?: RequestInit }][] = [
    ['X-Mock-Key', (key) => ({ url: '', init: { headers: { 'x-mock-key': key } } })],
    ['__key', (key) => ({ url: `?__key=${key}` })],
    ['the path', (key) => ({ url: `/__mock/s/${key}` })],
  ]
  it.each(ways)(
    'is named by %s, for the contract and for control routes',
    async (_way, options) => {
      const { url, init = {} } = options('worker-1')
      const query = url.startsWith('?') ? url : ''
      const prefix = query === '' ? url : ''
      const { status } = await call(mock.url + prefix, anyOperation, {
        query,
        headers: { ...(init.headers as Record<string, string> | undefined) }, // as given above
      })
      expect(status).toBe(anyOperation.successStatus)
      const listed = await control(`${prefix}/__mock/journal${query}`, init)
      expect(listed.body).toMatchObject({ total: 1, entries: [{ number: 1 }] })
      expect(JSON.stringify(listed.body)).not.toContain('worker-1')
      expect(mock.key('worker-1').journal.total).toBe(1)
      expect(mock.journal.total).toBe(0)
    },
  )

  it('that is not valid gets a 400 from both', async () => {
    const message = 'an isolation key has 1 to 128 letters, digits or . _ ~ : -, and is not . or ..'
    const headers = { 'x-mock-key': 'a b' }
    expect(await control('/__mock/journal', { headers })).toEqual({
      status: 400,
      body: { message },
    })
    expect(await call(mock.url, anyOperation, { headers })).toMatchObject({
      status: 400,
      body: { error_details: { key: message } },
    })
  })

  it('in the path is dropped by the official package, which keeps only the host of a base URL', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
    const env = `${mock.urlOf('worker-1')}/`
    const client = new OfficialClient({ project_id: 'project-test-1', secret: 's', env })
    await client.organizations.members.getConnectedApps(ids)
    warn.mockRestore()
    expect(mock.key('worker-1').journal.total).toBe(0)
    expect(mock.journal.total).toBe(1)
  })

  it('survives in the base URL of a page that shows it', async () => {
    expect((await fetch(`${mock.urlOf('worker-1')}/`)).headers.get('content-type')).toContain(
      'html',
    )
  })

  it('keeps all that it has when another is deleted, reset or filled', async () => {
    mock.key('worker-1').define({
      operationId: 'getMemberConnectedApps',
      id: 'm',
      connected_apps: [{ connected_app_id: 'mine' }],
    })
    await call(mock.urlOf('worker-1'), anyOperation)
    for (const prefix of ['', '/__mock/s/worker-2']) {
      for (const path of ['/journal', '/journal?method=POST', '/scenarios']) {
        const { status } = await control(`${prefix}/__mock${path}`, { method: 'DELETE' })
        expect(status).toBe(204)
      }
      await control(`${prefix}/__mock/reset`, { method: 'POST' })
    }
    const { journal } = mock.key('worker-1')
    expect(journal.assert({}, 1)).toMatchObject({ ok: true })
    expect(await appsOf(clientOf(mock.urlOf('worker-1')))).toEqual(['mine'])
    expect(await appsOf(clientOf(mock.url))).not.toContain('mine')
  })
})

describe('DELETE of the journal', () => {
  it('removes only what its filter matches', async () => {
    const client = clientOf(mock.url)
    await client.organizations.members.getConnectedApps(ids)
    await client.organizations.members.getConnectedApps({ ...ids, member_id: 'n' })
    await control('/__mock/journal?member_id=n', { method: 'DELETE' })
    expect(mock.journal.list()).toMatchObject([{ number: 1, member_id: 'm' }])
    expect(await control('/__mock/journal?membr_id=m', { method: 'DELETE' })).toMatchObject({
      status: 400,
    })
    expect(mock.journal.total).toBe(1)
  })
})

describe('an assertion with a timeout', () => {
  const assertion = '/__mock/journal/assert?operationId=getMemberConnectedApps&status=200'

  it('responds as soon as it holds', async () => {
    const waiting = control(`${assertion}&times=1&timeoutMs=20000`)
    await clientOf(mock.url).organizations.members.getConnectedApps(ids)
    expect(await waiting).toMatchObject({ status: 200, body: { ok: true, actual: 1 } })
  })

  it('responds with 409 after the timeout, and with 400 to an invalid one', async () => {
    expect(await control(`${assertion}&timeoutMs=1`)).toMatchObject({ status: 409 })
    for (const timeoutMs of ['1.5', '-1', '60001', 'soon']) {
      expect(await control(`${assertion}&timeoutMs=${timeoutMs}`)).toEqual({
        status: 400,
        body: { message: 'timeoutMs must be a whole number from 0 to 60000' },
      })
    }
  })
})

describe('the lists of the mock', () => {
  it('lose an app that was revoked, until they are reset', async () => {
    const client = clientOf(mock.url)
    const [app = '', ...others] = await appsOf(client)
    await client.organizations.members.connectedApps.revoke({ ...ids, connected_app_id: app })
    expect(await appsOf(client)).toEqual(others)
    await control('/__mock/reset', { method: 'POST' })
    expect(await appsOf(client)).toEqual([app, ...others])
  })

  it('are defined over HTTP and in code by the same rules', async () => {
    const path = '/__mock/scenarios/getMemberConnectedApps/m'
    const invalid = { connected_apps: [{ name: 'A' }] }
    const message =
      'connected_apps[0].connected_app_id is not a connected_app_id that the contract allows'
    expect(await control(path, { method: 'PUT', body: JSON.stringify(invalid) })).toEqual({
      status: 400,
      body: { message },
    })
    const definition = { operationId: 'getMemberConnectedApps', id: 'm', ...invalid }
    // @ts-expect-error an app has an id
    expect(() => mock.define(definition)).toThrow(message)
    for (const nothing of [undefined, null, 5, 'a', {}, { operationId: 'revokeConnectedApp' }]) {
      expect(() => mock.define(nothing as never)).toThrow(ScenarioError)
    }
    expect((await fetch(mock.url)).status).toBe(200)
    const valid = { connected_apps: [{ connected_app_id: 'a' }] }
    expect((await control(path, { method: 'PUT', body: JSON.stringify(valid) })).status).toBe(200)
    expect(await appsOf(clientOf(mock.url))).toEqual(['a'])
  })
})
