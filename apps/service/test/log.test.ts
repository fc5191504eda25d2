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

const stream = new PassThrough()
let text = ''
stream.on('data', (chunk: Buffer) => (text += chunk.toString()))
const test = useService({ logger: createLogger('trace', stream) })

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

  it('has the request_id of each response, and nothing secret', async () => {
    const { service, tenant, database } = test
    const config = await test.asConfidentialApp()
    const flow = await openConsentPage(config, tenant.session.token)
    const page = flow.browser.url
    const callback = await approve(flow)
    const tokens = await exchange(config, flow, callback)
    const refreshToken = String(tokens.refresh_token)
    await openid.tokenIntrospection(config, tokens.access_token)
    const refreshed = await openid.refreshTokenGrant(config, refreshToken)
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
    const leaked = Object.entries(secrets).filter(([, secret]) => text.includes(secret))
    expect(leaked.map(([name]) => name)).toEqual([])
  })
})
