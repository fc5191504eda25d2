import { PassThrough } from 'node:stream'
import { contract } from '@connected-apps/contract/operations'
import * as openid from 'openid-client'
import { describe, expect, it } from 'vitest'
import { consentPage } from '../src/pages/consent.ts'
import { addConnectedApp, addMember, addSession } from '../src/provision/resources.ts'
import { createLogger } from '../src/server/logger.ts'
import { Browser, discover, openConsentPage } from './support/connected-app.ts'
import { sendRaw } from './support/raw-http.ts'
import { startInstance, useService } from './support/service.ts'
import { redirectUri } from './support/tenant.ts'

const stream = new PassThrough()
let log = ''
stream.on('data', (chunk: Buffer) => (log += chunk.toString()))
const test = useService({ logger: createLogger('info', stream) })

/** Starts an authorization flow, and stays on the login page. */
async function openLoginPage(parameters: Record<string, string> = {}) {
  const url = openid.buildAuthorizationUrl(await test.asPublicApp(), {
    redirect_uri: redirectUri,
    scope: 'openid',
    code_challenge: await openid.calculatePKCECodeChallenge(openid.randomPKCECodeVerifier()),
    code_challenge_method: 'S256',
    ...parameters,
  })
  const browser = new Browser()
  await browser.open(url.href)
  return { browser, url }
}

/** Opens the consent page of an app. @returns what it shows */
async function consentTo(app: { name: string; logoUrl?: string }) {
  const { projectId, session } = test.tenant
  const id = await addConnectedApp(test.database.pool, { projectId, redirectUri, ...app })
  const { browser } = await openConsentPage(await discover(test.service.url, id), session.token)
  return browser
}

describe('each page', () => {
  it('has a language, a title, one first heading, and a label for each field', async () => {
    const { browser } = await openLoginPage()
    const pages = [browser.text]
    await browser.submit({ session_token: test.tenant.session.token })
    pages.push(browser.text)
    for (const text of pages) {
      expect(text).toContain('<html lang="en">')
      const title = /<title>(.+)<\/title>/.exec(text)?.[1]
      const headings = text
        .match(/<h1>.+<\/h1>/g)
        ?.map((heading) => heading.replaceAll(/<.+?>/g, ''))
      expect(headings).toEqual([title])
      for (const [, id] of text.matchAll(/<input\s+id="(\w+)"/g)) {
        expect(text).toContain(`<label for="${id}">`)
      }
      expect(text).not.toContain('<script')
    }
  })

  it('allows no frames, no other sources, and no script but one that submits a form', async () => {
    const { url } = test.service
    const config = await test.asPublicApp()
    const { browser } = await openLoginPage()
    const shown: [string, Browser][] = [['Sign in', browser]]
    const consent = await openConsentPage(config, test.tenant.session.token)
    shown.push(['Allow Notebook?', consent.browser])
    const toApp = { prompt: 'none', response_mode: 'form_post' }
    shown.push(['Returning to the app', (await openLoginPage(toApp)).browser])
    const posted = new Set(['/oauth2/token'])
    for (const [title, path] of [
      [contract.title, '/'],
      ['This link is incomplete', '/oauth2/authorize'],
      ['This page has expired', '/oauth2/authorize/unknown'],
      ['This page has expired', '/interaction/unknown'],
      ['This link is incomplete', '/oauth2/token'],
    ] as const) {
      const visitor = new Browser()
      await visitor.open(`${url}${path}?redirect_uri=data:`, posted.has(path) ? {} : undefined)
      shown.push([title, visitor])
    }
    const long = (await openLoginPage()).browser
    await long.submit({ session_token: 'x'.repeat(10_000) })
    shown.push(['This form can’t be read', long])

    for (const [title, { text, headers }] of shown) {
      expect(text).toContain(`<title>${title}</title>`)
      const policy = (headers.get('content-security-policy') ?? '').split('; ')
      const hasForm = text.includes('<form')
      const script = policy.find((directive) => directive.startsWith('script-src'))
      expect(policy.filter((directive) => directive !== script)).toEqual([
        "default-src 'none'",
        "style-src 'unsafe-inline'",
        'img-src data:',
        "base-uri 'none'",
        "frame-ancestors 'none'",
        hasForm ? "form-action 'self' https: http:" : "form-action 'none'",
      ])
      expect(script?.startsWith("script-src 'sha256-") ?? false).toBe(text.includes('<script'))
      expect(headers.get('x-content-type-options')).toBe('nosniff')
      expect(headers.get('referrer-policy')).toBe('same-origin')
      expect(headers.get('cache-control')).toBe('no-store')
      expect(headers.get('strict-transport-security')).toBeNull()
    }
  })

  it('makes browsers insist on HTTPS if the public URL uses it, for this host alone', async () => {
    const publicUrl = 'https://apps.example'
    const service = await startInstance(test.database.url, { publicUrl })
    const paths = ['/interaction/unknown', '/oauth2/authorize', '/']
    const responses = await Promise.all(paths.map((path) => fetch(service.url + path)))
    for (const { headers } of responses) {
      expect(headers.get('strict-transport-security')).toBe('max-age=31536000')
    }
    await service.close()
  })
})

/** Adds another Member to the tenant's Organization, with a session. */
async function addGrace(): Promise<{ memberId: string; token: string }> {
  const { organizationId } = test.tenant
  const memberId = await addMember(test.database.pool, { organizationId, name: 'Grace' })
  const { token } = await addSession(test.database.pool, { organizationId, memberId })
  return { memberId, token }
}

describe('the login page', () => {
  it('signs the other Member out who signed in on another of its tabs meanwhile', async () => {
    const { browser } = await openLoginPage()
    const first = browser.url
    const { url } = await openLoginPage()
    await browser.open(url.href)
    const second = browser.url
    await browser.open(first, { session_token: test.tenant.session.token })
    const consent = browser.url
    expect(browser.text).toContain('<bdi>Ada</bdi>')
    await browser.open(second, { session_token: (await addGrace()).token })
    expect(browser.text).toContain('<bdi>Grace</bdi>')
    await browser.open(consent, { decision: 'approve' })
    expect(browser.text).toContain('<h1>This page has expired</h1>')
  })

  it('reports an unknown session, and allows another attempt', async () => {
    const { browser } = await openLoginPage()
    await browser.submit({ session_token: 'unknown' })
    expect(browser.status).toBe(401)
    expect(browser.text).toContain('role="alert"')
    await browser.submit({ session_token: test.tenant.session.token })
    expect(browser.text).toContain('Allow Notebook?')
  })
})

describe('an error page', () => {
  const clientId = (): string => test.tenant.publicAppId
  it.each([
    ['an unknown app', () => '/oauth2/authorize?client_id=x', 400, 'invalid_client'],
    [
      'an unregistered redirect URI',
      () => `/oauth2/authorize?client_id=${clientId()}&redirect_uri=https://evil.example`,
      400,
      'invalid_redirect_uri',
    ],
    ['a request without an app', () => '/oauth2/authorize', 400, 'invalid_request'],
    ['a flow that is over', () => '/oauth2/authorize/unknown', 400, 'invalid_request'],
    ['a page that is gone', () => '/interaction/unknown', 400, 'invalid_request'],
    ['an error without words of its own', () => '/oauth2/userinfo', 401, 'invalid_token'],
  ])(
    'has the code, the request_id of the log, and no text of a library: %s',
    async (_, path, status, code) => {
      const browser = new Browser()
      await browser.open(test.service.url + path())
      expect(browser.status).toBe(status)
      expectError(browser, code)
      expect(browser.text).not.toMatch(
        /client is invalid|did not match any|missing required|not found|expired\b.*cookie|invalid token provided|authorization request/,
      )
    },
  )

  it('is shown for a failure of the database, on a page and in an OAuth endpoint', async () => {
    const { browser, url } = await openLoginPage()
    await test.database.pool.query('ALTER TABLE oidc_sessions RENAME TO gone')
    try {
      const page = browser.url
      for (const each of [page, url.href]) {
        await browser.open(each)
        expect(browser.status).toBe(500)
        expectError(browser, 'server_error')
      }
    } finally {
      await test.database.pool.query('ALTER TABLE gone RENAME TO oidc_sessions')
    }
  })
})

/** Checks that the page shows the error, and the id by which the log has the same request. */
function expectError({ text, headers }: Browser, code: string): void {
  expect(text).toContain(`Error <code>${code}</code>`)
  const requestId = headers.get('x-request-id') ?? 'none'
  expect(text).toContain(`<code>${requestId}</code>`)
  const lines = log.split('\n').filter((line) => line.includes(requestId))
  expect(lines.at(-1)).toContain('"request completed"')
}

describe('a form', () => {
  it('from another site is rejected', async () => {
    const { browser } = await openLoginPage()
    await browser.open(browser.url, { session_token: 'x' }, 'https://evil.example')
    expect(browser.status).toBe(403)
  })

  it.each(['cross-site', 'same-site', 'none'])(
    'is rejected if only Sec-Fetch-Site shows that it is from elsewhere: %s',
    async (site) => {
      const { browser } = await openLoginPage()
      const send = (from: string) =>
        fetch(browser.url, {
          method: 'POST',
          headers: {
            cookie: browser.cookies.for(new URL(browser.url).pathname),
            'sec-fetch-site': from,
          },
          body: new URLSearchParams({ session_token: 'x' }),
        })
      const { status } = await send(site)
      expect([status, (await send('same-origin')).status]).toEqual([403, 401])
    },
  )

  it('without the cookie of its own page is rejected', async () => {
    const { browser } = await openLoginPage()
    const stranger = new Browser()
    await stranger.open(browser.url, { session_token: test.tenant.session.token })
    expect(stranger.status).toBe(400)
    expect(stranger.text).toContain('Go back to the app that you came from')
  })

  it('that is too long is rejected', async () => {
    const { browser } = await openLoginPage()
    await browser.submit({ session_token: 'x'.repeat(10_000) })
    expect(browser.status).toBe(413)
  })

  it.each(['multipart/form-data', 'application/json', ''])(
    'of another media type is rejected, and its page still works: %s',
    async (contentType) => {
      const { browser } = await openLoginPage()
      const response = await fetch(browser.url, {
        method: 'POST',
        headers: {
          cookie: browser.cookies.for(new URL(browser.url).pathname),
          'content-type': contentType,
        },
        body: 'decision=deny',
      })
      expect(response.status).toBe(400)
      expect(await response.text()).toContain('role="alert"')
      await browser.submit({ session_token: test.tenant.session.token })
      expect(browser.text).toContain('Allow Notebook?')
    },
  )
})

describe('the consent page', () => {
  it('redirects a Member who denies consent to the Connected App', async () => {
    const config = await test.asPublicApp()
    const { browser } = await openConsentPage(config, test.tenant.session.token)
    const callback = await browser.submit({ decision: 'deny' })
    expect(new URL(callback).searchParams.get('error')).toBe('access_denied')
  })

  it('creates one grant, and one line in the audit log, however often "Allow" is pressed', async () => {
    const { memberId, token } = await addGrace()
    const { browser } = await openConsentPage(await test.asPublicApp(), token)
    const { url, cookies } = browser
    const press = async (): Promise<number> => {
      const response = await fetch(url, {
        method: 'POST',
        redirect: 'manual',
        headers: { cookie: cookies.for(new URL(url).pathname) },
        body: new URLSearchParams({ decision: 'approve' }),
      })
      return response.status
    }
    expect(await Promise.all([press(), press(), press()])).toEqual([303, 303, 303])
    expect(await press()).toBe(303)
    const { rows } = await test.database.pool.query(
      `SELECT array_agg(grant_id) AS granted, (
         SELECT array_agg(grant_id) FROM audit_log
         WHERE action = 'consent' AND member_id = $1) AS logged
       FROM grants WHERE member_id = $1`,
      [memberId],
    )
    expect(rows).toEqual([{ granted: [expect.any(String)], logged: rows[0].granted }])
    expect(await browser.submit({ decision: 'approve' })).toContain('code=')
  })

  it('shows the app, the scopes, the account, and where the browser returns', async () => {
    const { text } = await consentTo({ name: 'Notebook' })
    for (const shown of [
      'Know who you are',
      'See your name',
      '>Ada<',
      test.tenant.slug,
      '>127.0.0.1<',
    ]) {
      expect(text).toContain(shown)
    }
    expect(text).toContain('disconnect it in your list of connected apps')
  })

  it('loads a logo only over HTTPS, and without a referrer', async () => {
    const { text, headers } = await consentTo({
      name: 'Notebook',
      logoUrl: 'https://cdn.example/logo.png?a=1&b="',
    })
    expect(text).toMatch(/<img\s+src="https:\/\/cdn\.example\/logo\.png\?a=1&amp;b=&quot;"/)
    expect(text).toContain('referrerpolicy="no-referrer"')
    expect(headers.get('content-security-policy')).toContain('img-src data: https:;')
    for (const logoUrl of ['http://cdn.example/logo.png', 'javascript:alert(1)', 'logo.png', '']) {
      const page = await consentTo({ name: 'Ünder', logoUrl })
      expect(page.text).not.toContain('<img')
      expect(page.text).toMatch(/aria-hidden="true"\s*>\s*Ü\s*</)
      expect(page.headers.get('content-security-policy')).toContain('img-src data:;')
    }
  })

  it('shows a scope without words of its own as it is, whatever it is called', async () => {
    const scopes = ['profile', 'constructor', '__proto__']
    const app = { name: 'A', projectId: 'p', logoUrl: undefined, returnsTo: 'a' }
    const page = await consentPage({ app, memberName: 'Ada', organizationSlug: 'acme', scopes })
    const shown = [...page.matchAll(/<li>(.*?)<\/li>/g)].map(([, text]) => text)
    expect(shown).toEqual(['See your name', 'constructor', '__proto__'])
  })

  it('shows the name of an app as text, however it is spelled', async () => {
    const script = await consentTo({ name: '<script>alert(1)</script>' })
    expect(script.text).not.toContain('<script')
    expect(script.text).toContain('<bdi>&lt;script&gt;alert(1)&lt;/script&gt;</bdi>')
    const reversed = await consentTo({ name: 'Good\u202Eppa\u202C\nNews' })
    expect(reversed.text).toContain('<bdi>Goodppa News</bdi>')
    expect(reversed.text).not.toMatch(/[\u202a-\u202e]/)
    const long = await consentTo({ name: 'Notebook'.repeat(1000) })
    expect(long.text).toMatch(/<bdi>(?:Notebook){7}Not…<\/bdi>/)
  })
})

describe('"Not you?"', () => {
  it('signs the browser out, on all of its pages, and lets another Member decide', async () => {
    const config = await test.asPublicApp()
    const { browser } = await openConsentPage(config, test.tenant.session.token)
    const before = browser.url
    await openConsentPage(config, '', browser)
    await browser.submit({ decision: 'switch' })
    expect(browser.text).toContain('<h1>Sign in</h1>')
    const login = browser.url
    // The page that was opened before can allow nothing for the Member who left.
    await browser.open(before, { decision: 'approve' })
    expect(browser.text).toContain('<h1>This page has expired</h1>')
    await browser.open(login)
    await browser.submit({ session_token: (await addGrace()).token })
    expect(browser.text).toContain('<bdi>Grace</bdi>')
    const { rows } = await test.database.pool.query('SELECT FROM grants WHERE member_id = $1', [
      test.tenant.memberId,
    ])
    expect(rows).toHaveLength(0)
  })
})

describe('the address of the service', () => {
  it('describes the service, and reveals nothing of this deployment', async () => {
    const response = await fetch(test.service.url)
    expect(response.status).toBe(200)
    const text = await response.text()
    expect(text).toContain(contract.version)
    expect(text).not.toContain(new URL(test.service.url).host)
    expect(text).not.toContain(process.version)
    expect((await fetch(test.service.url, { method: 'HEAD' })).status).toBe(200)
    expect((await fetch(test.service.url, { method: 'POST' })).status).toBe(404)
    const request = 'GET /x/.. HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n'
    const dots = await sendRaw(test.service.url, request)
    expect(dots?.status).toBe(404)
  })

  it('has no icon, which browsers request', async () => {
    const response = await fetch(`${test.service.url}/favicon.ico`)
    expect([response.status, await response.text()]).toEqual([204, ''])
  })

  it('has routes of its own in the metrics', async () => {
    const metrics = await (await fetch(`${test.service.url}/metrics`)).text()
    expect(metrics).toMatch(/responses_total\{route="front-page",status="200",outcome="ok"\} [1-9]/)
    expect(metrics).toMatch(/responses_total\{route="favicon",status="204",outcome="ok"\} 1/)
  })
})
