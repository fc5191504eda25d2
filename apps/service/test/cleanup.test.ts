import * as openid from 'openid-client'
import { describe, expect, it } from 'vitest'
import { bucketOf } from '../src/bucket.ts'
import { cleanUp } from '../src/cleanup.ts'
import { changeByKey, changeRows } from '../src/postgres/change-by-key.ts'
import { Database } from '../src/postgres/database.ts'
import { addSession } from '../src/provision/resources.ts'
import { authorize, isActive } from './support/connected-app.ts'
import { revoke } from './support/revoke.ts'
import { useService } from './support/service.ts'

const test = useService()
const invalidGrant = { error: 'invalid_grant' }
const tables = [
  'grants',
  'tokens',
  'oidc_sessions',
  'sessions',
  'rate_limits',
  'server_keys',
] as const

async function countRows(): Promise<Record<string, number>> {
  const counts = tables.map((table) => `(SELECT count(*)::int FROM ${table}) AS ${table}`)
  const { rows } = await test.database.pool.query<Record<string, number>>(
    `SELECT ${counts.join(', ')}`,
  )
  return rows[0] ?? {}
}

describe('cleaning up', () => {
  it('deletes old rows in batches, and changes no response', async () => {
    const { database, service, tenant } = test
    const { pool } = database
    const config = await test.asPublicApp()
    const revoked = await authorize(config, tenant.session.token)
    await revoke(service.url, tenant)
    const active = await authorize(config, tenant.session.token)
    const { organizationId, memberId } = tenant
    await addSession(pool, { organizationId, memberId, secondsToLive: -2 * 86_400 })
    // As if all of this had happened long ago, with more old tokens than fit into one batch.
    await pool.query("UPDATE grants SET cleanup_due_at = now() - interval '1 minute'")
    await pool.query(`
      INSERT INTO grants (bucket, organization_id, grant_id, member_id, connected_app_id, epoch,
        scope, created_at, cleanup_due_at)
      SELECT bucket, organization_id, 'unused-' || days, member_id, connected_app_id, epoch, scope,
        now() - make_interval(days => days), now() - interval '1 minute'
      FROM active_grants, unnest('{1, 92}'::int[]) days`)
    await pool.query(`
      INSERT INTO tokens (bucket, token_hash, kind, grant_id, payload, expires_at)
      SELECT bucket, sha256(i::text::bytea), 'AccessToken', grant_id, '{}',
        now() - interval '2 days'
      FROM active_grants, generate_series(1, 2500) i WHERE grant_id NOT LIKE 'unused-%'`)
    await pool.query("UPDATE oidc_sessions SET expires_at = now() - interval '2 days'")
    await pool.query("INSERT INTO rate_limits VALUES ('old', 1, now() - interval '2 days')")
    // The third signs since less than a cookie's lifetime, so what the second signed is still valid.
    await pool.query(`INSERT INTO server_keys SELECT generation, '{}', now() - make_interval(days => days)
      FROM (VALUES (2, 16), (3, 14), (4, -1)) AS k (generation, days)`)
    const before = await countRows()

    const worker = new Database({ url: database.url, poolSize: 1, onError: () => undefined })
    expect(await cleanUp(worker)).toEqual({
      failures: [],
      removed: {
        'remove-expired-tokens': 2500,
        'remove-consumed-payloads': 0,
        'remove-revoked-tokens': 3,
        'remove-grants': 2,
        'remove-oidc-sessions': before['oidc_sessions'],
        'remove-sessions': 1,
        'remove-rate-limits': 1,
        'remove-server-keys': 1,
      },
    })
    // The cleanup of an active grant is not due again today.
    const due = await pool.query('SELECT FROM grants WHERE cleanup_due_at < now()')
    expect(due.rowCount).toBe(0)
    await worker.close()

    // The active grant with its code, access token and refresh token, and the recent unused grant.
    expect(await countRows()).toEqual({
      grants: 2,
      tokens: 3,
      oidc_sessions: 0,
      sessions: 1,
      rate_limits: 1,
      server_keys: 3,
    })
    expect(await isActive(config, active.access_token)).toBe(true)
    expect(await isActive(config, revoked.access_token)).toBe(false)
  })

  it('locks rows in one order, so that two instances never deadlock', async () => {
    const { pool, url } = test.database
    const keys = ['a', 'b', 'c'].map((name) => Buffer.from(name))
    const rows = keys.map((key) => ({ bucket: bucketOf(test.tenant.organizationId), key }))
    await authorize(await test.asPublicApp(), test.tenant.session.token)
    await pool.query(
      `INSERT INTO tokens (bucket, token_hash, kind, grant_id, payload, expires_at)
      SELECT bucket, key, 'AccessToken', grant_id, '{}', now()
      FROM unnest($1::bytea[]) key, (SELECT * FROM active_grants LIMIT 1) g`,
      [keys],
    )
    const remove = changeByKey('remove', 'token_hash', 'DELETE FROM tokens t USING')
    const database = new Database({ url, poolSize: 2, onError: () => undefined })
    const blocker = await pool.connect()
    await blocker.query('BEGIN')
    await blocker.query('SELECT FROM tokens WHERE token_hash = $1 FOR UPDATE', [keys[1]])
    // Each of them would have locked one row before it waits for the second, and then need the third.
    const removals = [rows, rows.toReversed()].map((each) => changeRows(database, remove, each))
    const waiting = `SELECT FROM pg_stat_activity
      WHERE datname = current_database() AND wait_event_type = 'Lock'`
    const count = async () => (await pool.query(waiting)).rowCount
    await expect.poll(count, { timeout: 20_000 }).toBe(2)
    await blocker.query('ROLLBACK')
    blocker.release()
    const removed = await Promise.all(removals)
    expect(new Set(removed)).toEqual(new Set([0, 3]))
    await database.close()
  })

  it('removes the payloads of consumed tokens, whose replay still ends their grant', async () => {
    const { pool, url } = test.database
    const config = await test.asPublicApp()
    const first = await authorize(config, test.tenant.session.token)
    const token = String(first.refresh_token)
    const second = await openid.refreshTokenGrant(config, token)
    const database = new Database({ url, poolSize: 1, onError: () => undefined })
    const clean = async () => (await cleanUp(database)).removed['remove-consumed-payloads']
    expect(await clean()).toBe(0)
    // As if the uses of the codes and of the token were longer ago than the longest interval.
    const { rowCount } = await pool.query(
      "UPDATE tokens SET consumed_at = consumed_at - interval '1 hour' WHERE consumed_at IS NOT NULL",
    )
    expect(await clean()).toBe(rowCount)
    expect(await clean()).toBe(0)
    await database.close()

    const thief = await test.asConfidentialApp()
    await expect(openid.refreshTokenGrant(thief, token)).rejects.toMatchObject(invalidGrant)
    expect(await isActive(config, second.access_token)).toBe(true)
    await expect(
      openid.refreshTokenGrant(config, token, { scope: 'openid' }),
    ).rejects.toMatchObject(invalidGrant)
    expect(await isActive(config, second.access_token)).toBe(false)
    expect(await isActive(config, String(second.refresh_token))).toBe(false)
  })
})
