import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { createServer } from 'node:http'
import * as openid from 'openid-client'
import { pino } from 'pino'
import { aroundAll, beforeAll, describe, expect, it } from 'vitest'
import { hashOf } from '../src/hash.ts'
import { createProvider } from '../src/oauth/provider.ts'
import { loadServerKeys } from '../src/oauth/server-keys.ts'
import { Database } from '../src/postgres/database.ts'
import { withRequestScope } from '../src/server/request-scope.ts'
import { approve, authorize, discover, isActive, openConsentPage } from './support/connected-app.ts'
import { basic } from './support/operations.ts'
import { revoke } from './support/revoke.ts'
import { useService } from './support/service.ts'
import { addTenant } from './support/tenant.ts'

const test = useService()
const inactive = { active: false }

/** A response, as far as callers depend on it. */
interface Response {
  status: number
  cacheControl: string | null
  body: Record<string, unknown>
}

type Headers = Record<string, string>

async function post(
  url: string,
  body: string | URLSearchParams,
  headers: Headers = {},
): Promise<Response> {
  const response = await fetch(`${url}/oauth2/introspect`, { method: 'POST', body, headers })
  return {
    status: response.status,
    cacheControl: response.headers.get('cache-control'),
    body: (await response.json()) as Record<string, unknown>, // an object in every case
  }
}

function form(fields: Record<string, string>): URLSearchParams {
  return new URLSearchParams(fields)
}

/** Tokens and ids, by name. */
const values: Record<string, string> = {}

beforeAll(async () => {
  const { tenant, database, service } = test
  const app = await test.asPublicApp()
  const first = await authorize(app, tenant.session.token)
  const used = await authorize(app, tenant.session.token)
  await openid.refreshTokenGrant(app, String(used.refresh_token))
  const expired = await authorize(app, tenant.session.token)
  await database.pool.query(
    `UPDATE tokens SET payload = (payload::jsonb || '{"exp": 1}')::json WHERE token_hash = $1`,
    [hashOf(expired.access_token)],
  )
  const callback = await approve(await openConsentPage(app, tenant.session.token))
  const confidential = await authorize(await test.asConfidentialApp(), tenant.session.token)
  const other = await addTenant(database.pool)
  const foreign = await authorize(
    await discover(service.url, other.publicAppId),
    other.session.token,
  )
  Object.assign(values, {
    access: first.access_token,
    refresh: first.refresh_token,
    code: new URL(callback).searchParams.get('code'),
    ofConfidential: confidential.access_token,
    consumed: used.refresh_token,
    expired: expired.access_token,
    foreign: foreign.access_token,
    publicId: tenant.publicAppId,
    id: tenant.confidentialAppId,
    secret: tenant.clientSecret,
  })
})

/** The callers that see every access token of the project. */
const apis = {
  'a resource server': () => {
    const { resourceServerId, secret } = test.tenant.resourceServer
    return { id: resourceServerId, secret }
  },
  'the project itself': () => ({ id: test.tenant.projectId, secret: test.tenant.secret }),
}

describe.each(Object.entries(apis))('%s', (_, credentials) => {
  let config: openid.Configuration

  beforeAll(async () => {
    const { id, secret } = credentials()
    config = await discover(test.service.url, id, secret)
  })

  it.each([
    ['access', () => test.tenant.publicAppId],
    ['ofConfidential', () => test.tenant.confidentialAppId],
  ])('sees every access token of the project, and whose it is: %s', async (name, clientId) => {
    const { service, tenant } = test
    const response = await openid.tokenIntrospection(config, String(values[name]))
    expect(response).toEqual({
      active: true,
      organization_id: tenant.organizationId,
      client_id: clientId(),
      sub: tenant.memberId,
      scope: 'openid profile',
      iat: expect.any(Number),
      exp: Number(response.iat) + 3600,
      iss: service.url,
      token_type: 'Bearer',
    })
    expect(response.exp).toBeGreaterThan(Date.now() / 1000)
  })

  it.each(['refresh', 'code', 'foreign', 'expired', 'consumed', 'publicId'])(
    'learns nothing of what is not an active access token of the project: %s',
    async (name) => {
      expect(await openid.tokenIntrospection(config, String(values[name]))).toEqual(inactive)
    },
  )

  it('is rejected without its secret, with a header that says how to authenticate', async () => {
    const { id } = credentials()
    const rejections = await Promise.all([
      post(test.service.url, form({ token: 'a', client_id: id })),
      post(test.service.url, form({ token: 'a', client_id: id, client_secret: 'wrong' })),
      post(test.service.url, form({ token: 'a' }), { authorization: basic(id, 'wrong') }),
    ])
    for (const { status, body, cacheControl } of rejections) {
      expect({ status, error: body['error'], cacheControl }).toEqual({
        status: 401,
        error: 'invalid_client',
        cacheControl: 'no-store',
      })
    }
    const { headers } = await fetch(`${test.service.url}/oauth2/introspect`, {
      method: 'POST',
      body: form({ token: 'a', client_id: id }),
    })
    expect(headers.get('www-authenticate')).toBe(`Basic realm="${test.service.url}"`)
  })
})

it('is in the metrics, by status and error', async () => {
  const { url } = test.service
  await post(url, form({ token: 'a', client_id: test.tenant.publicAppId }))
  await post(url, form({ token: 'a', client_id: 'nobody' }))
  await post(url, form({ token: 'a' }))
  const metrics = await (await fetch(`${url}/metrics`)).text()
  for (const labels of [
    'status="200",outcome="ok"',
    'status="401",outcome="invalid_client"',
    'status="400",outcome="invalid_request"',
  ]) {
    expect(metrics).toContain(`connected_apps_responses_total{route="introspection",${labels}}`)
  }
})

it('responds to a JWT as to any other unknown token', async () => {
  const config = await test.asPublicApp()
  expect(await openid.tokenIntrospection(config, 'eyJhbGciOiJub25lIn0.e30.')).toEqual(inactive)
})

it.each([
  ['resource_servers', 'resource_server_id', () => test.tenant.resourceServer.resourceServerId],
  ['projects', 'project_id', () => test.tenant.projectId],
  ['connected_apps', 'connected_app_id', () => test.tenant.confidentialAppId],
])('accepts the next secret, too, while one of %s is replaced', async (table, column, id) => {
  const { pool } = test.database
  const attempt = (secret: string) =>
    post(test.service.url, form({ token: 'a', client_id: id(), client_secret: secret }))
  expect((await attempt('next')).status).toBe(401)
  await pool.query(`UPDATE ${table} SET next_secret_hash = $1 WHERE ${column} = $2`, [
    hashOf('next'),
    id(),
  ])
  expect((await attempt('next')).status).toBe(200)
  const { rows } = await pool.query(
    `UPDATE ${table} SET secret_hash = $1, next_secret_hash = NULL WHERE ${column} = $2
     RETURNING (SELECT secret_hash FROM ${table} WHERE ${column} = $2) AS previous`,
    [hashOf('replaced'), id()],
  )
  expect((await attempt('next')).status).toBe(401)
  expect((await attempt('replaced')).status).toBe(200)
  await pool.query(`UPDATE ${table} SET secret_hash = $1 WHERE ${column} = $2`, [
    rows[0].previous,
    id(),
  ])
})

it('gives each of many concurrent callers its own response', async () => {
  const { tenant, service } = test
  const token = String(values['access'])
  const { resourceServerId, secret } = tenant.resourceServer
  const callers: [Record<string, string>, string][] = [
    [{ client_id: tenant.publicAppId }, `200 ${tenant.publicAppId}`],
    [{ client_id: resourceServerId, client_secret: secret }, `200 ${tenant.publicAppId}`],
    [{ client_id: tenant.confidentialAppId, client_secret: tenant.clientSecret }, '200 undefined'],
    [{ client_id: resourceServerId, client_secret: 'wrong' }, '401 undefined'],
    [{ client_id: 'nobody' }, '401 undefined'],
  ]
  const sent = Array.from({ length: 20 }, () => callers).flat()
  const responses = await Promise.all(
    sent.map(async ([fields]) => {
      const { status, body } = await post(service.url, form({ token, ...fields }))
      return `${status} ${String(body['client_id'])}`
    }),
  )
  expect(responses).toEqual(sent.map(([, expected]) => expected))
})

describe('a Connected App', () => {
  /** oidc-provider, which handles introspections by itself here. */
  let reference: string

  aroundAll(async (runTests) => {
    const { url } = test.database
    const database = new Database({ url, poolSize: 2, onError: () => undefined })
    const provider = createProvider({
      database,
      issuer: test.service.url,
      keys: await loadServerKeys(database),
      refreshReuseSeconds: 0,
      observe: () => undefined,
      logger: pino({ level: 'silent' }),
    })
    const server = createServer(withRequestScope(provider.callback())).listen(0, '127.0.0.1')
    await once(server, 'listening')
    reference = `http://127.0.0.1:${(server.address() as AddressInfo).port}` // not a pipe
    await runTests()
    server.close()
    server.closeAllConnections()
    await database.close()
  })

  /** Replaces `{name}` by the value of that name. */
  function fill(text: string): string {
    return text.replaceAll(/\{(\w+)\}/g, (_, name: string) => values[name] ?? '')
  }

  const own = 'token={access}&client_id={publicId}'
  const byBasic = (text: string) => () => ({
    authorization: `Basic ${Buffer.from(fill(text)).toString('base64')}`,
  })

  it.each<[string, string, (() => Headers)?]>([
    ['its access token', own],
    ['its refresh token', 'token={refresh}&client_id={publicId}'],
    ['a token with the wrong hint', `${own}&token_type_hint=refresh_token`],
    ['a token with an unknown hint', `${own}&token_type_hint=unknown&more=a&more=b`],
    ['its token, by client_secret_basic', 'token={ofConfidential}', byBasic('{id}:{secret}')],
    ['its token, by form-encoded Basic', 'token={ofConfidential}', byBasic('%63{id}:{secret}')],
    ['its id twice', 'token={ofConfidential}&client_id={id}', byBasic('{id}:{secret}')],
    ['client_secret_post', 'token={ofConfidential}&client_id={id}&client_secret={secret}'],
    ["another app's token", 'token={access}', byBasic('{id}:{secret}')],
    ['an unknown token', 'token=unknown&client_id={publicId}'],
    ['a code', 'token={code}&client_id={publicId}'],
    ['a consumed refresh token', 'token={consumed}&client_id={publicId}'],
    ['an expired token', 'token={expired}&client_id={publicId}'],
    ['a token with a NUL', 'token=a%00b&client_id={publicId}'],
    ['a token that is not UTF-8', 'token=%ff%zz&client_id={publicId}'],
    ['an id with a NUL', 'token={access}&client_id=a%00b'],
    ['an id that is not UTF-8', 'token={access}&client_id=%ff'],
    ['no token', 'client_id={publicId}'],
    ['an empty token', 'token=&client_id={publicId}'],
    ['two tokens', `${own}&token=b`],
    ['two hints', `${own}&token_type_hint=a&token_type_hint=b`],
    ['two ids', `${own}&client_id=b`],
    ['two secrets', `${own}&client_secret=a&client_secret=b`],
    ['two tokens, by a stranger', 'token=a&token=b&client_id=nobody'],
    ['no credentials', 'token={access}'],
    ['an empty id', 'token={access}&client_id='],
    ['an unknown id', 'token={access}&client_id=nobody'],
    ['no secret', 'token={ofConfidential}&client_id={id}'],
    ['an empty secret', 'token={ofConfidential}&client_id={id}&client_secret='],
    ['a wrong secret', 'token={ofConfidential}&client_id={id}&client_secret=wrong'],
    ['a secret of a public client', `${own}&client_secret=a`],
    ['a wrong secret in the header', 'token=a', byBasic('{id}:wrong')],
    ['a secret without an id', 'token=a&client_secret={secret}'],
    ['credentials in two ways', 'token=a&client_secret={secret}', byBasic('{id}:{secret}')],
    ['two different ids', 'token=a&client_id={publicId}', byBasic('{id}:{secret}')],
    ['a header without a colon', 'token=a', byBasic('{id}')],
    ['a header without a secret', 'token=a', byBasic('{id}:')],
    ['a header without an id', 'token=a', byBasic(':{secret}')],
    ['a header that is not form-encoded', 'token=a', byBasic('{id}:%zz')],
    ['a header with a NUL', 'token=a', byBasic('{id}:a%00')],
    ['a header that is not UTF-8', 'token=a', byBasic('{id}:%ff')],
    ['a header that is not ASCII', 'token=a', byBasic('{id}:é')],
    ['a header that is not base64', 'token=a', () => ({ authorization: 'Basic a-b_' })],
    ['a header of an impossible length', 'token=a', () => ({ authorization: 'Basic abcde' })],
    ['a header of wrong padding', 'token=a', () => ({ authorization: 'Basic abc==' })],
    ['an empty header', 'token=a', () => ({ authorization: 'Basic ' })],
    ['another scheme', 'token=a', () => ({ authorization: 'Bearer {access}' })],
    ['another media type', own, () => ({ 'content-type': 'application/json' })],
    ['text', own, () => ({ 'content-type': 'text/plain' })],
    ['a body that is too long', `${own}&a=${'b'.repeat(60_000)}`],
  ])('gets the same response as from oidc-provider for %s', async (_, body, headers) => {
    const send = (url: string) =>
      post(url, fill(body), {
        'content-type': 'application/x-www-form-urlencoded',
        ...headers?.(),
      })
    const [expected, actual] = await Promise.all([send(reference), send(test.service.url)])
    // Each request has an id of its own, and errors have it in the body.
    for (const { body: each } of [expected, actual]) delete each['request_id']
    const organization = expected.body['active'] === true && {
      organization_id: test.tenant.organizationId,
    }
    expect(actual).toEqual({ ...expected, body: { ...expected.body, ...organization } })
  })

  it('sees an active token in that comparison', async () => {
    const { body } = await post(reference, new URLSearchParams(fill(own)))
    expect(body).toMatchObject({ active: true })
  })
})

// The last test, since the revoke ends the tokens that the others use.
it('shows no token once its revocation was acknowledged', async () => {
  const app = await test.asPublicApp()
  const configs = [app]
  for (const credentials of Object.values(apis)) {
    const { id, secret } = credentials()
    configs.push(await discover(test.service.url, id, secret))
  }
  const [first = '', second = ''] = await Promise.all(
    [1, 2].map(async () => (await authorize(app, test.tenant.session.token)).access_token),
  )
  const introspect = (token: string) =>
    Promise.all(configs.map((config) => isActive(config, token)))
  await openid.tokenRevocation(app, first)
  expect(await introspect(first)).toEqual([false, false, false])
  expect(await introspect(second)).toEqual([true, true, true])
  await revoke(test.service.url, test.tenant)
  expect(await introspect(second)).toEqual([false, false, false])
})
