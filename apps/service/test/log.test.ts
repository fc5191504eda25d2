import { PassThrough } from 'node:stream'
import * as openid from 'openid-client'
import { describe, expect, it } from 'vitest'
import { createLogger } from '../src/server/logger.ts'
import { approve, exchange, openConsentPage } from './support/connected-app.ts'
import { withJwt, withToken } from './support/operations.ts'
import { sendRaw } from './support/raw-http.ts'
import { revoke, revokeConnectedApp } from './support/revoke.ts'
import { startInstance, useService } from './support/service.ts'
import { sessionClaims, signSessionJwt } from './support/session-jwt.ts'
import { redirectUri } from './support/tenant.ts'

const stream = new PassThrough()
let text = ''
stream.on('data', (chunk: Buffer) => (text += chunk.toString()))
const test = useService({ logger: createLogger('trace', stream) })

const varying = new Set(['level', 'time', 'duration_ms', 'request_id'])

/** The lines about the request with this id, without what is different each time. */
function linesAbout(requestId: string | null): Record<string, unknown>[] {
  const lines = text.split('\n').filter((line) => requestId !== null && line.includes(requestId))
  return lines.map((line) => {
    const fields = Object.entries(JSON.parse(line) as object)
    return Object.fromEntries(fields.filter(([name]) => !varying.has(name)))
  })
}

async function linesAboutOperation(response: Promise<Response>) {
  const { request_id: requestId } = (await (await response).json()) as { request_id: string }
  return linesAbout(requestId)
}

describe('the log', () => {
  it.each([
    ['0', true],
    ['20000', true],
    ['8000', false],
  ])(
    'warns of statements that may run for too long: statement_timeout=%s, %s',
    async (timeout, isWarned) => {
      const own = new PassThrough()
      const url = `${test.database.url}?statement_timeout=${timeout}`
      const instance = await startInstance(url, { logger: createLogger('warn', own) })
      await instance.close()
      const log = String(own.read() ?? '')
      expect(log.includes(`"statementTimeoutMs":${timeout}`)).toBe(isWarned)
    },
  )

  it('has the request_id of each rejection, even for unknown routes and bytes that are not HTTP', async () => {
    const { url } = test.service
    const noRoutes = [`${url}/nowhere`, `${url}/v1/b2b/sessions/jwks/nobody`]
    const responses = await Promise.all(noRoutes.map(async (each) => (await fetch(each)).text()))
    responses.push(String((await sendRaw(url, 'nonsense\r\n\r\n'))?.text))
    for (const response of responses) {
      const { request_id: requestId } = JSON.parse(response) as { request_id: string }
      expect(text).toContain(requestId)
    }
  })

  it('has the ids of what an operation is about, and of who revoked', async () => {
    const { service, tenant } = test
    const headers = withToken(revokeConnectedApp, tenant.session.token)
    const request = { organizationId: tenant.slug, headers }
    expect(await linesAboutOperation(revoke(service.url, tenant, request))).toEqual([
      {
        msg: 'request completed',
        route: 'revokeConnectedApp',
        status_code: 200,
        outcome: 'ok',
        project_id: tenant.projectId,
        organization_id: tenant.organizationId,
        member_id: tenant.memberId,
        connected_app_id: tenant.publicAppId,
        session_member_id: tenant.memberId,
      },
    ])
  })

  it('has no id that does not exist, since clients can send secrets in their place', async () => {
    const { service, tenant } = test
    const { secret, projectId } = tenant
    const msg = 'request completed'
    const route = 'revokeConnectedApp'
    const unauthorized = { msg, route, status_code: 401, outcome: 'unauthorized_credentials' }
    const send = (request: Partial<typeof tenant>) =>
      linesAboutOperation(revoke(service.url, { ...tenant, ...request }))
    expect(await send({ projectId: secret })).toEqual([
      { ...unauthorized, cause: 'unknown_project' },
    ])
    expect(await send({ secret: 'x' })).toEqual([
      { ...unauthorized, cause: 'wrong_secret', project_id: projectId },
    ])
    expect(await send({ memberId: secret, publicAppId: secret })).toEqual([
      {
        msg,
        route,
        status_code: 404,
        outcome: 'member_not_found',
        project_id: projectId,
        organization_id: tenant.organizationId,
      },
    ])
    const oauth = new URLSearchParams({ client_id: secret, token: secret, scope: secret })
    const body = { method: 'POST', body: oauth }
    const responses = await Promise.all([
      fetch(`${service.url}/oauth2/introspect`, body),
      fetch(`${service.url}/oauth2/authorize?${oauth.toString()}`),
      fetch(`${service.url}/oauth2/authorize/${secret}`),
      fetch(`${service.url}/interaction/${secret}`),
      fetch(`${service.url}/v1/b2b/sessions/jwks/${secret}`),
      fetch(`${service.url}/${secret}?${oauth.toString()}`),
    ])
    expect(responses.map(({ status }) => status)).toEqual([401, 400, 400, 400, 404, 404])
    expect(text).not.toContain(secret)
  })

  it('has the ids of OAuth requests, pages and key sets, and of failures', async () => {
    const { service, tenant, database } = test
    const config = await test.asPublicApp()
    const ids: (string | null)[] = []
    config[openid.customFetch] = async (...args) => {
      const response = await fetch(...(args as Parameters<typeof fetch>)) // the same but for its types
      ids.push(response.headers.get('x-request-id'))
      return response
    }
    const flow = await openConsentPage(config, tenant.session.token)
    const page = flow.browser.headers.get('x-request-id')
    const callback = await approve(flow)
    const tokens = await exchange(config, flow, callback)
    await openid.tokenIntrospection(config, tokens.access_token)
    await database.pool.query('ALTER TABLE tokens RENAME TO gone')
    await expect(exchange(config, flow, callback)).rejects.toThrow('unexpected HTTP')
    await database.pool.query('ALTER TABLE gone RENAME TO tokens')
    const replay = await exchange(config, flow, callback).catch((error: unknown) => error)
    const jwks = await fetch(`${service.url}/v1/b2b/sessions/jwks/${tenant.projectId}`)

    const client = { project_id: tenant.projectId, connected_app_id: tenant.publicAppId }
    const member = { organization_id: tenant.organizationId, member_id: tenant.memberId }
    const completed = { msg: 'request completed', status_code: 200, outcome: 'ok' }
    expect(linesAbout(page)).toEqual([
      { ...completed, route: 'interaction', outcome: 'shown', ...client, ...member },
    ])
    const lostUrl = `${service.url}/interaction/lost`
    const lost = await fetch(lostUrl)
    const foreign = await fetch(lostUrl, { method: 'POST', headers: { origin: 'https://a.test' } })
    expect([lost.status, foreign.status]).toEqual([400, 403])
    for (const { headers, status } of [lost, foreign]) {
      expect(linesAbout(headers.get('x-request-id'))).toMatchObject([
        { route: 'interaction', status_code: status, outcome: 'failed' },
      ])
    }
    const authorize = (query: Record<string, string>) =>
      fetch(`${service.url}/oauth2/authorize?${new URLSearchParams(query).toString()}`, {
        redirect: 'manual',
      })
    const shown = await authorize({ client_id: 'nobody' })
    const taken = await authorize({
      client_id: tenant.publicAppId,
      redirect_uri: redirectUri,
      response_type: 'code',
    })
    expect([shown.status, taken.status]).toEqual([400, 303])
    for (const [{ headers }, outcome] of [
      [shown, 'invalid_client'],
      [taken, 'invalid_request'],
    ] as const) {
      expect(linesAbout(headers.get('x-request-id'))).toMatchObject([
        { route: 'authorization', outcome },
      ])
    }
    const grant_id = expect.stringMatching(/^[0-9a-f]{3}-grant-/)
    const [exchanged, introspected, failed, replayed] = ids.map(linesAbout)
    expect(exchanged).toEqual([{ ...completed, route: 'token', ...client, ...member, grant_id }])
    const caller_id = client.connected_app_id
    expect(introspected).toEqual([
      { ...completed, route: 'introspection', ...client, ...member, grant_id, caller_id },
    ])
    const cause = 'database_error'
    const outcome = 'server_error'
    expect(failed).toEqual([
      {
        msg: 'request failed',
        cause,
        ...client,
        err: { type: 'error', code: '42P01', message: 'relation "tokens" does not exist' },
      },
      { msg: completed.msg, route: 'token', status_code: 500, outcome, cause, ...client },
    ])
    const error = 'invalid_grant'
    expect(replayed).toMatchObject([{ status_code: 400, outcome: error, ...client, grant_id }])
    // openid-client accepts the request_id in the body of an error, and shows it.
    expect(replay).toMatchObject({ error, cause: { request_id: ids[3] } })
    expect(linesAbout(jwks.headers.get('x-request-id'))).toEqual([
      { ...completed, route: 'session-jwks' },
    ])
  })

  it('has a stack trace only of an error whose cause is not known, which is a bug', () => {
    const own = new PassThrough()
    const logger = createLogger('error', own)
    logger.error({ err: new Error('Query read timeout') })
    logger.error({ err: new TypeError('x is not a function') })
    const [known, bug] = String(own.read())
      .split('\n', 2)
      .map((line) => (JSON.parse(line) as { err: object }).err)
    expect(known).toEqual({ type: 'Error', message: 'Query read timeout' })
    expect(bug).toMatchObject({ type: 'TypeError', stack: expect.stringContaining('log.test.ts') })
  })

  it('is not changed by OpenTelemetry, whose global this service does not touch', () => {
    const keys = Object.getOwnPropertySymbols(globalThis).map(String)
    expect(keys.filter((key) => key.includes('opentelemetry'))).toEqual([])
    expect(text).not.toContain('trace_id')
  })

  it('has the request_id of each response, and it and the metrics have nothing secret', async () => {
    const { service, tenant, database } = test
    const config = await test.asConfidentialApp()
    const flow = await openConsentPage(config, tenant.session.token)
    const page = flow.browser.url
    const callback = await approve(flow)
    const tokens = await exchange(config, flow, callback)
    const refreshToken = String(tokens.refresh_token)
    await openid.tokenIntrospection(config, tokens.access_token)
    const refreshed = await openid.refreshTokenGrant(config, refreshToken)
    await openid.fetchUserInfo(config, tokens.access_token, tenant.memberId)
    await expect(exchange(config, flow, callback)).rejects.toMatchObject({
      error: 'invalid_grant',
    })
    await openid.tokenRevocation(config, refreshToken)
    const jwt = await signSessionJwt(sessionClaims(tenant), tenant.sessionKeys)
    const responses = [
      await revoke(service.url, tenant, {
        headers: withToken(revokeConnectedApp, tenant.session.token),
      }),
      await revoke(service.url, tenant, { headers: withJwt(revokeConnectedApp, jwt) }),
      await revoke(service.url, { ...tenant, secret: `wrong-${tenant.secret}` }),
    ]
    // A database error, which contains the failed statement and its values.
    await database.pool.query('ALTER TABLE audit_log RENAME TO gone')
    responses.push(await revoke(service.url, tenant))
    await database.pool.query('ALTER TABLE gone RENAME TO audit_log')
    expect(responses.map(({ status }) => status)).toEqual([200, 200, 401, 500])

    for (const response of responses) {
      const { request_id: requestId } = (await response.json()) as { request_id: string }
      expect(text).toContain(requestId)
    }
    const secrets = {
      projectSecret: tenant.secret,
      clientSecret: tenant.clientSecret,
      sessionToken: tenant.session.token,
      jwt,
      page: String(page.split('/').at(-1)),
      code: String(new URL(callback).searchParams.get('code')),
      verifier: flow.verifier,
      accessToken: tokens.access_token,
      refreshToken,
      refreshed: refreshed.access_token,
      databasePassword: new URL(database.url).password,
      ...Object.fromEntries(
        flow.browser.cookies.values().map((value, index) => [`cookie${index}`, value]),
      ),
    }
    const metrics = await (await fetch(`${service.url}/metrics`)).text()
    const leaked = Object.entries(secrets).filter(([, secret]) => (text + metrics).includes(secret))
    expect(leaked.map(([name]) => name)).toEqual([])
  })
})
