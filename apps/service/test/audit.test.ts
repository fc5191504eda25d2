import * as openid from 'openid-client'
import { beforeAll, describe, expect, it } from 'vitest'
import { addMember, addOrganization, addSession } from '../src/provision/resources.ts'
import { approve, authorize, exchange, openConsentPage } from './support/connected-app.ts'
import { operationsByTitle, send, withToken } from './support/operations.ts'
import { revoke } from './support/revoke.ts'
import { useService } from './support/service.ts'
import { addTenant } from './support/tenant.ts'

const test = useService()

interface AuditRow {
  action: string
  outcome: string
  request_id: string
  member_id: string | null
  connected_app_id: string | null
}

/** @returns the rows that the audit log got while this ran */
async function rowsAddedBy(run: () => Promise<unknown>): Promise<AuditRow[]> {
  const { pool } = test.database
  const last = await pool.query<{ id: string }>(
    'SELECT coalesce(max(audit_id), 0) AS id FROM audit_log',
  )
  await run()
  const { rows } = await pool.query<AuditRow>(
    'SELECT * FROM audit_log WHERE audit_id > $1 ORDER BY audit_id',
    [last.rows[0]?.id],
  )
  for (const row of rows) expect(row.request_id).toMatch(/^request-id-test-[0-9a-f-]{36}$/)
  return rows
}

/** What all rows of a Member's own consents and grants have in common. */
function ofTenant() {
  const { projectId, organizationId, memberId, publicAppId } = test.tenant
  return {
    project_id: projectId,
    organization_id: organizationId,
    member_id: memberId,
    connected_app_id: publicAppId,
  }
}

describe('the audit log has a consent', () => {
  const consent = () => ({
    action: 'consent',
    ...ofTenant(),
    actor_member_id: test.tenant.memberId,
    actor_session_id: null,
  })

  it('that a Member gave, and its grant', async () => {
    const config = await test.asPublicApp()
    const rows = await rowsAddedBy(() => authorize(config, test.tenant.session.token))
    const { rows: grants } = await test.database.pool.query<{ grant_id: string }>(
      'SELECT grant_id FROM grants ORDER BY created_at DESC LIMIT 1',
    )
    expect(rows).toMatchObject([{ ...consent(), outcome: 'ok', ...grants[0] }])
    await revoke(test.service.url, test.tenant)
  })

  it('that a Member denied', async () => {
    const { browser } = await openConsentPage(await test.asPublicApp(), test.tenant.session.token)
    const rows = await rowsAddedBy(() => browser.submit({ decision: 'deny' }))
    expect(browser.url).toContain('error=access_denied')
    expect(rows).toMatchObject([{ ...consent(), outcome: 'access_denied', grant_id: null }])
  })

  it.each([
    ['approved', (page: string) => ({ url: page, form: { decision: 'approve' } })],
    ['loaded', (page: string) => ({ url: page, form: undefined })],
  ])(
    'that was superseded by a revoke before its page was %s',
    async (
      _,
      actionFor: (page: string) => { url: string; form: Record<string, string> | undefined },
    ) => {
      const { browser } = await openConsentPage(await test.asPublicApp(), test.tenant.session.token)
      await revoke(test.service.url, test.tenant)
      const { url, form } = actionFor(browser.url)
      const rows = await rowsAddedBy(() => browser.open(url, form))
      expect(browser.status).toBe(409)
      expect(rows).toMatchObject([{ ...consent(), outcome: 'superseded', grant_id: null }])
    },
  )

  it('that was forbidden', async () => {
    const { pool } = test.database
    const { browser } = await openConsentPage(await test.asPublicApp(), test.tenant.session.token)
    // As if the Member or the app had been deleted since the request began.
    await pool.query(`
      CREATE FUNCTION drop_interaction() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RETURN NULL; END $$;
      CREATE TRIGGER forbid BEFORE UPDATE OF consent_epoch ON oidc_sessions
        FOR EACH ROW EXECUTE FUNCTION drop_interaction()`)
    const rows = await rowsAddedBy(() => browser.open(browser.url))
    await pool.query('DROP TRIGGER forbid ON oidc_sessions')
    expect(browser.status).toBe(403)
    expect(rows).toMatchObject([{ ...consent(), outcome: 'forbidden', grant_id: null }])
  })
})

describe('the audit log has the end of a grant', () => {
  /** A flow, its code, and the tokens for it. */
  async function start() {
    const config = await test.asPublicApp()
    const flow = await openConsentPage(config, test.tenant.session.token)
    const callback = await approve(flow)
    const tokens = await exchange(config, flow, callback)
    const { rows } = await test.database.pool.query<{ grant_id: string }>(
      'SELECT grant_id FROM grants ORDER BY created_at DESC LIMIT 1',
    )
    const refreshToken = String(tokens.refresh_token)
    return { config, flow, callback, tokens, refreshToken, grantId: rows[0]?.grant_id }
  }
  const end = (outcome: string, grantId: string | undefined) => ({
    action: 'endGrant',
    outcome,
    ...ofTenant(),
    grant_id: grantId,
    actor_member_id: null,
    actor_session_id: null,
  })

  it('whose refresh token was revoked, once', async () => {
    const { config, refreshToken, grantId } = await start()
    const revokeTwice = async () => {
      await openid.tokenRevocation(config, refreshToken)
      await openid.tokenRevocation(config, refreshToken)
    }
    expect(await rowsAddedBy(revokeTwice)).toMatchObject([end('refresh_token_revoked', grantId)])
  })

  it('whose code was replayed', async () => {
    const { config, flow, callback, grantId } = await start()
    const replay = () =>
      expect(exchange(config, flow, callback)).rejects.toMatchObject({ error: 'invalid_grant' })
    expect(await rowsAddedBy(replay)).toMatchObject([end('code_replayed', grantId)])
  })

  it('whose code two exchanged at the same time', async () => {
    const config = await test.asPublicApp()
    const flow = await openConsentPage(config, test.tenant.session.token)
    const callback = await approve(flow)
    const race = () =>
      Promise.allSettled(Array.from({ length: 4 }, () => exchange(config, flow, callback)))
    expect(await rowsAddedBy(race)).toMatchObject([
      { action: 'endGrant', outcome: 'code_replayed' },
    ])
  })

  it('whose refresh token was replayed', async () => {
    const { config, refreshToken, grantId } = await start()
    await openid.refreshTokenGrant(config, refreshToken)
    // As if the response to the first use had been long ago.
    await test.database.pool.query(
      "UPDATE tokens SET consumed_at = consumed_at - interval '1 day' WHERE grant_id = $1",
      [grantId],
    )
    const replay = () =>
      expect(openid.refreshTokenGrant(config, refreshToken)).rejects.toMatchObject({
        error: 'invalid_grant',
      })
    expect(await rowsAddedBy(replay)).toMatchObject([end('refresh_token_replayed', grantId)])
  })

  it.each<[string, (started: Awaited<ReturnType<typeof start>>) => Promise<unknown>]>([
    ['refreshed', ({ config, refreshToken }) => openid.refreshTokenGrant(config, refreshToken)],
    ['revoked', ({ config, refreshToken }) => openid.tokenRevocation(config, refreshToken)],
    ['exchanged', ({ config, flow, callback }) => exchange(config, flow, callback)],
  ])('but not if a revoke ended it while its token or code was %s', async (_, use) => {
    const { pool } = test.database
    const started = await start()
    // As if the code had not been exchanged yet.
    await pool.query(
      "UPDATE tokens SET consumed_at = NULL WHERE kind = 'AuthorizationCode' AND grant_id = $1",
      [started.grantId],
    )
    const rows = await rowsAddedBy(async () => {
      // The token is found, but can't be consumed or ended until the revoke is done.
      const client = await pool.connect()
      await client.query('BEGIN; LOCK TABLE tokens, grants IN SHARE MODE')
      const using = use(started).catch(({ error }: openid.ResponseBodyError) => error)
      const waiting = `SELECT FROM pg_stat_activity
        WHERE datname = current_database() AND wait_event_type = 'Lock'`
      await expect.poll(async () => (await pool.query(waiting)).rowCount).toBe(1)
      await revoke(test.service.url, test.tenant)
      await client.query('COMMIT')
      client.release()
      expect([undefined, 'invalid_grant']).toContain(await using)
    })
    expect(rows).toMatchObject([{ action: 'revokeConnectedApp', outcome: 'ok' }])
    const { rows: grants } = await pool.query('SELECT ended_at FROM grants WHERE grant_id = $1', [
      started.grantId,
    ])
    expect(grants).toEqual([{ ended_at: null }])
  })

  it('but not the end of one access token', async () => {
    const { config, tokens } = await start()
    const rows = await rowsAddedBy(() => openid.tokenRevocation(config, tokens.access_token))
    expect(rows).toEqual([])
  })
})

describe.each(operationsByTitle)('%s: the audit log', (_, operation) => {
  const isAudited = operation.safety !== 'safe'
  let guest: { memberId: string; sessionId: string; token: string }

  /** Sends a request with the session of a Member who has no roles. */
  async function sendAsGuest(organizationId: string, path: Record<string, string> = {}) {
    const headers = withToken(operation, guest.token)
    const target = { ...test.tenant, organizationId }
    const { status } = await send(operation, test.service.url, target, { path, headers })
    expect(status).toBe(403)
  }

  beforeAll(async () => {
    const { pool } = test.database
    const { organizationId } = test.tenant
    const memberId = await addMember(pool, { organizationId, name: 'Ada', roles: [] })
    guest = { memberId, ...(await addSession(pool, { organizationId, memberId })) }
  })

  it(`has ${isAudited ? 'each' : 'no'} success`, async () => {
    const rows = await rowsAddedBy(() => send(operation, test.service.url, test.tenant))
    const expected = {
      action: operation.operationId,
      outcome: 'ok',
      ...ofTenant(),
      actor_member_id: null,
      actor_session_id: null,
    }
    expect(rows).toMatchObject(isAudited ? [expected] : [])
  })

  it(`has ${isAudited ? 'each' : 'no'} request that a session does not permit, and who made it`, async () => {
    const { organizationId, projectId } = test.tenant
    const rows = await rowsAddedBy(() => sendAsGuest(organizationId))
    const expected = {
      action: operation.operationId,
      outcome: 'session_authorization_error',
      ...ofTenant(),
      project_id: projectId,
      actor_member_id: guest.memberId,
      actor_session_id: guest.sessionId,
    }
    expect(rows).toMatchObject(isAudited ? [expected] : [])
  })

  it(`has ${isAudited ? 'each' : 'no'} request with the session of another Organization, and NULL for what does not exist`, async () => {
    const { projectId } = test.tenant
    const organizationId = await addOrganization(test.database.pool, { projectId })
    const rows = await rowsAddedBy(() =>
      sendAsGuest(organizationId, { member_id: 'nobody', connected_app_id: 'nothing' }),
    )
    const expected = {
      action: operation.operationId,
      outcome: 'session_authorization_tenancy_error',
      organization_id: organizationId,
      member_id: null,
      connected_app_id: null,
      actor_member_id: guest.memberId,
    }
    expect(rows).toMatchObject(isAudited ? [expected] : [])
  })

  it('has no request whose credentials are wrong', async () => {
    const other = await addTenant(test.database.pool)
    const target = { ...test.tenant, secret: other.secret }
    const rows = await rowsAddedBy(() => send(operation, test.service.url, target))
    expect(rows).toEqual([])
  })
})
