import * as openid from 'openid-client'
import { pino } from 'pino'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { hashOf } from '../src/hash.ts'
import type { Service } from '../src/service.ts'
import {
  Browser,
  approve,
  authorize,
  discover,
  exchange,
  isActive,
  openConsentPage,
} from './support/connected-app.ts'
import { readMetrics } from './support/metrics.ts'
import { revoke } from './support/revoke.ts'
import { startInstance, useService } from './support/service.ts'
import { redirectUri } from './support/tenant.ts'

/** The errors in the service's log. */
const failures: unknown[] = []
const logger = pino(
  { level: 'error' },
  {
    write: (line) => failures.push((JSON.parse(line) as { err: unknown }).err),
  },
)
const test = useService({ logger, refreshReuseSeconds: 600 })
const invalidGrant = { error: 'invalid_grant' }

/** The outcome of a race for one code or token. */
async function outcomeOf(
  config: openid.Configuration,
  results: PromiseSettledResult<openid.TokenEndpointResponse>[],
) {
  const tokens = results.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []))
  const errors = results.flatMap((each) => (each.status === 'rejected' ? [each.reason.error] : []))
  const areActive = await Promise.all(tokens.map((each) => isActive(config, each.access_token)))
  return {
    hasTwoWinners: tokens.length > 1,
    errors: new Set(errors),
    isActive: areActive.includes(true),
  }
}

/** All but one fail. That counts as a replay, so not even the winner's tokens are active. */
const noTwoWinners = { hasTwoWinners: false, errors: new Set(['invalid_grant']), isActive: false }

describe('discovery', () => {
  it('names the endpoints under the issuer, whatever host the request claims', async () => {
    const { url } = test.service
    const response = await fetch(`${url}/.well-known/openid-configuration`, {
      headers: { 'x-forwarded-host': 'evil.example', 'x-forwarded-proto': 'https' },
    })
    expect(await response.json()).toMatchObject({
      issuer: url,
      authorization_endpoint: `${url}/oauth2/authorize`,
      token_endpoint: `${url}/oauth2/token`,
      introspection_endpoint: `${url}/oauth2/introspect`,
      revocation_endpoint: `${url}/oauth2/revoke`,
      code_challenge_methods_supported: ['S256'],
      response_types_supported: ['code'],
    })
  })
})

describe('an authorization code', () => {
  it('is not issued without PKCE', async () => {
    const config = await test.asPublicApp()
    const url = openid.buildAuthorizationUrl(config, { redirect_uri: redirectUri, scope: 'openid' })
    const callback = await new Browser().open(url.href)
    expect(new URL(callback).searchParams.get('error')).toBe('invalid_request')
  })

  it.each([
    ['no scope', {}],
    ['an empty scope', { scope: '' }],
    ['only unknown scopes', { scope: 'email toString' }],
  ])('is not issued for %s, and nobody has to sign in to find out', async (_, scope) => {
    const url = openid.buildAuthorizationUrl(await test.asPublicApp(), {
      redirect_uri: redirectUri,
      ...scope,
      code_challenge: await openid.calculatePKCECodeChallenge(openid.randomPKCECodeVerifier()),
      code_challenge_method: 'S256',
    })
    const callback = await new Browser().open(url.href)
    expect(callback).toMatch(`${redirectUri}?`)
    expect(new URL(callback).searchParams.get('error')).toBe('invalid_scope')
  })

  it('is only sent to registered redirect URIs', async () => {
    const config = await test.asPublicApp()
    const browser = new Browser()
    const url = openid.buildAuthorizationUrl(config, { redirect_uri: 'https://evil.example/' })
    await browser.open(url.href)
    expect(browser).toMatchObject({ status: 400, url: url.href })
  })

  it.each<[string, Record<string, string>]>([
    ['omitted', {}],
    ['empty', { redirect_uri: '' }],
  ])('is neither requested nor exchanged with a redirect URI that is %s', async (_, redirect) => {
    const config = await test.asPublicApp()
    const flow = await openConsentPage(config, test.tenant.session.token)
    const callback = new URL(await approve(flow))
    const url = openid.buildAuthorizationUrl(config, {
      ...redirect,
      code_challenge: await openid.calculatePKCECodeChallenge(flow.verifier),
      code_challenge_method: 'S256',
    })
    await flow.browser.open(url.href)
    expect(flow.browser).toMatchObject({ status: 400, url: url.href })
    expect(flow.browser.text).toContain('redirect_uri')

    const form = {
      grant_type: 'authorization_code',
      client_id: test.tenant.publicAppId,
      code: String(callback.searchParams.get('code')),
      code_verifier: flow.verifier,
      ...redirect,
    }
    const response = await fetch(`${test.service.url}/oauth2/token`, {
      method: 'POST',
      body: new URLSearchParams(form),
    })
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({ error: 'invalid_request' })
    // The rejected request consumed nothing.
    await expect(exchange(config, flow, callback.href)).resolves.toBeDefined()
  })

  it('cannot be exchanged without its verifier', async () => {
    const config = await test.asPublicApp()
    const flow = await openConsentPage(config, test.tenant.session.token)
    const callback = await approve(flow)
    const thief = { ...flow, verifier: openid.randomPKCECodeVerifier() }
    await expect(exchange(config, thief, callback)).rejects.toMatchObject(invalidGrant)
  })

  it('works once, and ends the tokens that were issued for it when it is used again', async () => {
    const config = await test.asPublicApp()
    const flow = await openConsentPage(config, test.tenant.session.token)
    const callback = await approve(flow)
    const tokens = await exchange(config, flow, callback)
    await expect(exchange(config, flow, callback)).rejects.toMatchObject(invalidGrant)
    expect(await isActive(config, tokens.access_token)).toBe(false)
  })

  it('works at most once when it is used concurrently', async () => {
    const config = await test.asPublicApp()
    const flow = await openConsentPage(config, test.tenant.session.token)
    const callback = await approve(flow)
    const results = await Promise.allSettled([
      exchange(config, flow, callback),
      exchange(config, flow, callback),
      exchange(config, flow, callback),
    ])
    expect(await outcomeOf(config, results)).toEqual(noTwoWinners)
  })

  it('is consumed in the same transaction that issues its tokens', async () => {
    const config = await test.asPublicApp()
    const flow = await openConsentPage(config, test.tenant.session.token)
    const callback = await approve(flow)
    const { pool } = test.database
    await pool.query(`
      CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE 'no commit' USING ERRCODE = 'check_violation'; END $$;
      CREATE CONSTRAINT TRIGGER fails_at_commit AFTER INSERT OR UPDATE ON tokens
        DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION fail()`)
    const failed = await fetch(`${test.service.url}/oauth2/token`, {
      method: 'POST',
      body: new URLSearchParams({
        grant_type: 'authorization_code',
        client_id: test.tenant.publicAppId,
        redirect_uri: redirectUri,
        code: String(new URL(callback).searchParams.get('code')),
        code_verifier: flow.verifier,
      }),
    })
    await pool.query('DROP TRIGGER fails_at_commit ON tokens; DROP FUNCTION fail')
    expect(failed.status).toBe(500)
    const requestId = failed.headers.get('x-request-id')
    expect(requestId).toMatch(/^request-id-test-/)
    expect(await failed.json()).toEqual({ error: 'server_error', request_id: requestId })
    expect(failures).toMatchObject([{ message: 'no commit' }])
    const metrics = await readMetrics(test.service.url)
    expect(
      metrics.get(
        'connected_apps_responses_total{route="token",status="500",outcome="server_error"}',
      ),
    ).toBe(1)
    expect(metrics.get('connected_apps_failures_total{route="token",cause="commit_failed"}')).toBe(
      1,
    )
    const tokens = await exchange(config, flow, callback)
    expect(await isActive(config, tokens.access_token)).toBe(true)
  })
})

describe("a public client's refresh token", () => {
  it('is replaced at each use', async () => {
    const config = await test.asPublicApp()
    const first = await authorize(config, test.tenant.session.token)
    const second = await openid.refreshTokenGrant(config, String(first.refresh_token))
    expect(second.refresh_token).not.toBe(first.refresh_token)
    expect(await isActive(config, first.access_token)).toBe(true)
    expect(await isActive(config, second.access_token)).toBe(true)
  })

  it('gets other tokens of the same grant when it is used again within the interval', async () => {
    const config = await test.asPublicApp()
    const first = await authorize(config, test.tenant.session.token)
    const token = String(first.refresh_token)
    const results = [
      await openid.refreshTokenGrant(config, token),
      await openid.refreshTokenGrant(config, token),
      ...(await Promise.all(
        Array.from({ length: 4 }, () => openid.refreshTokenGrant(config, token)),
      )),
    ]
    const issued = results.flatMap((each) => [each.access_token, String(each.refresh_token)])
    expect(new Set(issued).size).toBe(12)
    for (const each of issued) expect(await isActive(config, each)).toBe(true)
    expect(await isActive(config, token)).toBe(false)

    // Each continues on its own, and they end together.
    const next = await openid.refreshTokenGrant(config, String(issued[1]))
    await revoke(test.service.url, test.tenant)
    for (const each of [...issued, next.access_token]) {
      expect(await isActive(config, each)).toBe(false)
    }
    await expect(openid.refreshTokenGrant(config, token)).rejects.toMatchObject(invalidGrant)
  })

  it('ends the grant with all its tokens when it is used again after the interval', async () => {
    const config = await test.asPublicApp()
    const first = await authorize(config, test.tenant.session.token)
    const token = String(first.refresh_token)
    const second = await openid.refreshTokenGrant(config, token)
    await passTime(token, 540)
    const third = await openid.refreshTokenGrant(config, token)
    // The interval began with the first use, not with the second.
    await passTime(token, 60)
    await expect(openid.refreshTokenGrant(config, token)).rejects.toMatchObject(invalidGrant)
    for (const { access_token: access, refresh_token: refresh } of [first, second, third]) {
      expect(await isActive(config, access)).toBe(false)
      expect(await isActive(config, String(refresh))).toBe(false)
    }
  })

  it('cannot be used again by another client, which does not end the grant either', async () => {
    const { asPublicApp, asConfidentialApp, tenant } = test
    const config = await asPublicApp()
    const first = await authorize(config, tenant.session.token)
    const second = await openid.refreshTokenGrant(config, String(first.refresh_token))
    const stranger = await asConfidentialApp()
    await expect(
      openid.refreshTokenGrant(stranger, String(first.refresh_token)),
    ).rejects.toMatchObject(invalidGrant)
    expect(await isActive(config, second.access_token)).toBe(true)
  })

  describe('without an interval', () => {
    let strict: Service
    beforeAll(async () => {
      strict = await startInstance(test.database.url, { refreshReuseSeconds: 0 })
    })
    afterAll(() => strict.close())

    it('ends the grant with all its tokens when it is used again', async () => {
      const config = await discover(strict.url, test.tenant.publicAppId)
      const first = await authorize(config, test.tenant.session.token)
      const second = await openid.refreshTokenGrant(config, String(first.refresh_token))
      // As if the transaction of the second use had begun before that of the first.
      await passTime(String(first.refresh_token), -5)
      await expect(
        openid.refreshTokenGrant(config, String(first.refresh_token)),
      ).rejects.toMatchObject(invalidGrant)
      for (const token of [first.access_token, second.access_token, String(second.refresh_token)]) {
        expect(await isActive(config, token)).toBe(false)
      }
    })

    it('works at most once when it is used concurrently, and never again', async () => {
      const config = await discover(strict.url, test.tenant.publicAppId)
      const { refresh_token: token } = await authorize(config, test.tenant.session.token)
      const results = await Promise.allSettled(
        Array.from({ length: 8 }, () => openid.refreshTokenGrant(config, String(token))),
      )
      expect(await outcomeOf(config, results)).toEqual(noTwoWinners)
    })
  })

  /** Makes the first use of a token earlier. */
  async function passTime(token: string, seconds: number): Promise<void> {
    const { rowCount } = await test.database.pool.query(
      'UPDATE tokens SET consumed_at = consumed_at - make_interval(secs => $1) WHERE token_hash = $2',
      [seconds, hashOf(token)],
    )
    expect(rowCount).toBe(1)
  }
})

describe("a confidential client's refresh token", () => {
  it('does not rotate, and is useless without the client secret', async () => {
    const config = await test.asConfidentialApp()
    const first = await authorize(config, test.tenant.session.token)
    const token = String(first.refresh_token)
    expect((await openid.refreshTokenGrant(config, token)).refresh_token).toBe(token)

    const { service, tenant } = test
    const thief = await discover(service.url, tenant.confidentialAppId, 'guess')
    await expect(openid.refreshTokenGrant(thief, token)).rejects.toMatchObject({ status: 401 })
  })
})

describe('the lifetime', () => {
  it('of an access token is an hour, as the token response says', async () => {
    const config = await test.asPublicApp()
    const tokens = await authorize(config, test.tenant.session.token)
    expect(tokens.expires_in).toBe(3600)
    await expire(tokens.access_token)
    expect(await isActive(config, tokens.access_token)).toBe(false)
    expect(await isActive(config, String(tokens.refresh_token))).toBe(true)
  })

  it('of a code is limited', async () => {
    const config = await test.asPublicApp()
    const flow = await openConsentPage(config, test.tenant.session.token)
    const callback = await approve(flow)
    await expire(String(new URL(callback).searchParams.get('code')))
    await expect(exchange(config, flow, callback)).rejects.toMatchObject(invalidGrant)
  })

  it('of a refresh token is limited', async () => {
    const config = await test.asPublicApp()
    const { refresh_token: token } = await authorize(config, test.tenant.session.token)
    await expire(String(token))
    await expect(openid.refreshTokenGrant(config, String(token))).rejects.toMatchObject(
      invalidGrant,
    )
  })

  /** Makes a token expire. oidc-provider checks the payload, and the cleanup job checks the column. */
  async function expire(value: string): Promise<void> {
    const { rowCount } = await test.database.pool.query(
      `UPDATE tokens SET expires_at = now(), payload = (payload::jsonb ||
         jsonb_build_object('exp', extract(epoch FROM now())::bigint - 1))::json
       WHERE token_hash = $1`,
      [hashOf(value)],
    )
    expect(rowCount).toBe(1)
  }
})

describe('RFC 7009 revocation', () => {
  it('of a refresh token ends its grant, and only that one', async () => {
    const config = await test.asPublicApp()
    const grant = await authorize(config, test.tenant.session.token)
    const sibling = await authorize(config, test.tenant.session.token)
    await openid.tokenRevocation(config, String(grant.refresh_token))
    expect(await isActive(config, grant.access_token)).toBe(false)
    expect(await isActive(config, sibling.access_token)).toBe(true)
  })

  it('of an access token ends that token alone', async () => {
    const config = await test.asPublicApp()
    const tokens = await authorize(config, test.tenant.session.token)
    await openid.tokenRevocation(config, tokens.access_token)
    expect(await isActive(config, tokens.access_token)).toBe(false)
    expect(await isActive(config, String(tokens.refresh_token))).toBe(true)
  })

  it('by another Connected App changes nothing', async () => {
    const own = await test.asPublicApp()
    const stranger = await test.asConfidentialApp()
    const tokens = await authorize(own, test.tenant.session.token)
    await openid.tokenRevocation(stranger, String(tokens.refresh_token))
    expect(await isActive(own, String(tokens.refresh_token))).toBe(true)
  })
})

describe('the database', () => {
  it('stores secrets and tokens only as hashes', async () => {
    const { tenant } = test
    const config = await test.asConfidentialApp()
    const flow = await openConsentPage(config, tenant.session.token)
    const page = String(flow.browser.url.split('/').at(-1))
    expect(await stored([page, ...flow.browser.cookies.values()])).toEqual([])

    const callback = await approve(flow)
    const code = String(new URL(callback).searchParams.get('code'))
    expect(await stored([code, ...flow.browser.cookies.values()])).toEqual([])

    const tokens = await exchange(config, flow, callback)
    const secrets = [tenant.secret, tenant.clientSecret, tenant.session.token]
    const issued = [tokens.access_token, String(tokens.refresh_token)]
    expect(await stored([code, ...secrets, ...issued])).toEqual([])
    // Proves that the search finds what is stored.
    expect(await stored([tenant.memberId])).toEqual([tenant.memberId])
  })
})

/** Returns those of these texts that are stored anywhere in the database. */
async function stored(texts: string[]): Promise<string[]> {
  const { pool } = test.database
  const { rows } = await pool.query<{ name: string }>(
    "SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public'",
  )
  const contents = rows.map(({ name }) =>
    pool.query<{ text: string }>(`SELECT t::text AS text FROM ${name} t`),
  )
  const all = (await Promise.all(contents)).flatMap((table) => table.rows.map(({ text }) => text))
  return texts.filter((text) => all.some((row) => row.includes(text)))
}
