import { execFile } from 'node:child_process'
import { globSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { allScenarios, startMock } from '@connected-apps/mock'
import type { Mock } from '@connected-apps/mock'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createApp } from '../src/server/app.ts'
import { member, secret, startScreen } from './start-screen.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const requestId = 'request-id-test-b05c992f-ebdc-489d-a754-c7e70ba13141'

let mock: Mock
let screen: Awaited<ReturnType<typeof startScreen>>
let cookie: string

beforeAll(async () => {
  mock = await startMock()
  screen = await startScreen(mock.url)
  cookie = await signIn(screen.url)
})

beforeEach(() => mock.reset())

afterAll(async () => {
  screen.close()
  await mock.close()
})

async function signIn(url: string): Promise<string> {
  const { headers } = await fetch(`${url}/sign-in`, { redirect: 'manual' })
  return headers.get('set-cookie')?.split(';')[0] ?? ''
}

function revoke(id: string, headers: Record<string, string> = {}, url = screen.url) {
  return fetch(`${url}/api/connected-apps/${encodeURIComponent(id)}/revoke`, {
    method: 'POST',
    headers: { cookie, 'sec-fetch-site': 'same-origin', ...headers },
  })
}

const idOf = (example: string): string =>
  allScenarios.find(
    ({ operationId, responses }) =>
      operationId === 'revokeConnectedApp' && responses[0].example === example,
  )?.id ?? ''

it('has the examples of the README, which are tested, in files', () => {
  const readme = readFileSync(`${root}README.md`, 'utf8')
  const blocks = readme.matchAll(/^```tsx example\n(.*?)^```$/gms)
  const files = globSync('examples/*', { cwd: root }).map((file) =>
    readFileSync(root + file, 'utf8'),
  )
  expect(new Set(Array.from(blocks, ([, code]) => code))).toEqual(new Set(files))
})

describe('the backend', () => {
  it.each([
    ['bad_request', 500, 'unexpected'],
    ['invalid_organization_id', 500, 'unexpected'],
    ['invalid_id', 500, 'unexpected'],
    ['invalid_session_token', 401, 'session_over'],
    ['unable_to_parse_session_jwt', 401, 'session_over'],
    ['too_many_session_arguments', 500, 'unexpected'],
    ['unauthorized_credentials', 500, 'unexpected'],
    ['session_authorization_error', 403, 'not_permitted'],
    ['session_authorization_tenancy_error', 403, 'other_organization'],
    ['organization_not_found', 500, 'unexpected'],
    ['session_not_found', 401, 'session_over'],
    ['member_not_found', 500, 'unexpected'],
    ['connected_app_not_found', 404, 'already_gone'],
    ['route_not_found', 500, 'unexpected'],
    ['internal_server_error', 503, 'unavailable'],
  ])('passes %s on as %i %s, with its request_id', async (example, status, code) => {
    const response = await revoke(idOf(example))
    expect(response.status).toBe(status)
    expect(await response.json()).toEqual({ code, request_id: requestId })
  })

  it('passes on how long to wait after a 429, and does not retry it itself', async () => {
    const response = await revoke(idOf('too_many_requests'))
    expect(response.status).toBe(429)
    expect(response.headers.get('retry-after')).toBe('1')
    expect(await response.json()).toMatchObject({ code: 'rate_limited', retry_after_seconds: 1 })
    expect(mock.journal.total).toBe(1)
  })

  it('reports an API that is down or too slow as unavailable', async () => {
    const slow = await startScreen(mock.url, { timeoutMs: 100 })
    const down = await startScreen('http://127.0.0.1:9')
    const id = allScenarios.find(({ responses }) => responses[0].waitSeconds === 3)?.id ?? ''
    for (const { url, close } of [slow, down]) {
      const response = await revoke(id, { cookie: await signIn(url) }, url)
      expect([response.status, await response.json()]).toEqual([503, { code: 'unavailable' }])
      close()
    }
  })

  it('acts for the Member of the session, with its token', async () => {
    expect((await revoke('my-app')).status).toBe(204)
    const { organization_id, member_id } = member
    const filter = {
      organization_id,
      member_id,
      connected_app_id: 'my-app',
      session: 'token',
    } as const
    expect(mock.journal.assert({ ...filter, credentials: 'present' }, 1)).toMatchObject({
      ok: true,
    })
  })

  it.each([
    ['another site', 403, { 'sec-fetch-site': 'cross-site' }],
    ['another origin of its site', 403, { 'sec-fetch-site': 'same-site' }],
    ['another origin, in an old browser', 403, { origin: 'https://example.com' }],
    ['no page', 403, {}],
    ['its own page, in an old browser', 204, { origin: 'SELF' }],
  ])('responds to a request of %s with %i', async (_, status, headers) => {
    const origin = 'origin' in headers && headers.origin === 'SELF' ? { origin: screen.url } : {}
    const url = `${screen.url}/api/connected-apps/my-app/revoke`
    // Unlike `fetch`, it sends no `Sec-Fetch` headers by itself.
    const { request } = await import('node:http')
    const received = await new Promise<number | undefined>((resolve, reject) => {
      request(url, { method: 'POST', headers: { cookie, ...headers, ...origin } }, (response) =>
        resolve(response.resume().statusCode),
      )
        .on('error', reject)
        .end()
    })
    expect(received).toBe(status)
    expect(mock.journal.total).toBe(status === 204 ? 1 : 0)
  })

  it('does not act for somebody who is not signed in', async () => {
    for (const nobody of ['', cookie.replace(/=.*/, '=made-up')]) {
      const response = await revoke('my-app', { cookie: nobody })
      expect([response.status, await response.json()]).toEqual([401, { code: 'session_over' }])
    }
    expect(mock.journal.total).toBe(0)
  })

  it('keeps the sessions of two screens on one host apart', async () => {
    const other = await startScreen(mock.url)
    const cookies = `${cookie}; ${await signIn(other.url)}`
    for (const { url } of [screen, other]) {
      const { status } = await fetch(`${url}/api/connected-apps`, { headers: { cookie: cookies } })
      expect(status).toBe(200)
    }
    other.close()
  })

  it('keeps the latest 1000 sessions', async () => {
    const app = createApp({ baseUrl: mock.url, project_id: 'project', secret, ...member })
    const cookies: string[] = []
    for (let count = 0; count <= 1000; count++) {
      const { headers } = await app.request('/sign-in')
      cookies.push(headers.get('set-cookie')?.split(';')[0] ?? '')
    }
    const statuses = [0, 1, 1000].map(async (index) => {
      const headers = { cookie: cookies[index] ?? '' }
      return (await app.request('/api/connected-apps', { headers })).status
    })
    expect(await Promise.all(statuses)).toEqual([401, 200, 200])
  })

  it.each([
    ['127.0.0.1', 302],
    ['localhost:4030', 302],
    ['attacker.example', 403],
    ['127.0.0.1.attacker.example:4030', 403],
  ])('responds to the Host %s with %i', async (host, status) => {
    const app = createApp({ baseUrl: mock.url, project_id: 'project', secret, ...member })
    expect((await app.request(`http://${host}/sign-in`)).status).toBe(status)
  })

  it('forbids caching, framing and scripts of other origins', async () => {
    const list = await fetch(`${screen.url}/api/connected-apps`, { headers: { cookie } })
    expect(list.headers.get('cache-control')).toBe('no-store')
    expect((await revoke(idOf('bad_request'))).headers.get('cache-control')).toBe('no-store')
    const page = await fetch(screen.url, { headers: { cookie } })
    expect(Object.fromEntries(page.headers)).toMatchObject({
      'cache-control': 'no-cache',
      'content-security-policy':
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' https:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
    })
  })

  it('never shows the browser the secret or the session token', async () => {
    const responses = [
      await fetch(`${screen.url}/sign-in`, { redirect: 'manual' }),
      await fetch(`${screen.url}/api/connected-apps`, { headers: { cookie } }),
      await revoke(idOf('unauthorized_credentials')),
    ]
    const sent = responses.map(
      async (each) => JSON.stringify([...each.headers]) + (await each.text()),
    )
    const built = globSync(`${root}dist/browser/**/*.*`).map((path) => readFileSync(path, 'utf8'))
    expect(built.length).toBeGreaterThan(2)
    const text = [...(await Promise.all(sent)), ...built].join('\n')
    for (const hidden of [
      secret,
      btoa(`:${secret}`).slice(4, -4),
      'secret-test',
      member.session_token,
    ]) {
      // A failure must not print what it found, either.
      expect(text.includes(hidden)).toBe(false)
    }
  })
})

describe('npm start', () => {
  it('reports an invalid variable on one line', async () => {
    const env = { ...process.env, CONNECTED_APPS_BASE_URL: 'nonsense' }
    const started = promisify(execFile)(process.execPath, ['dist/server/main.js'], {
      cwd: root,
      env,
    })
    await expect(started).rejects.toMatchObject({
      code: 2,
      stderr:
        'connected-apps-screen: CONNECTED_APPS_BASE_URL is not a URL; write it like https://api.example.com\n',
    })
  })
})
