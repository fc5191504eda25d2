import { describe, expect, it } from 'vitest'
import { cleanUp } from '../src/cleanup.ts'
import { Database } from '../src/postgres/database.ts'
import { authorize, discover, isActive } from './support/connected-app.ts'
import { revoke } from './support/revoke.ts'
import { useService } from './support/service.ts'

const test = useService()

describe('cleaning up', () => {
  it('removes what is old in batches, and changes no answer', async () => {
    const { database, service, tenant } = test
    const { pool } = database
    const config = await discover(service.url, tenant.publicAppId)
    const revoked = await authorize(config, tenant.session.token)
    await revoke(service.url, tenant)
    const alive = await authorize(config, tenant.session.token)
    // As if all that had been long ago, with more dead tokens than fit into one batch.
    await pool.query("UPDATE grants SET created_at = created_at - interval '10 days'")
    await pool.query(`
      INSERT INTO tokens (organization_id, token_hash, kind, grant_id, payload, expires_at)
      SELECT organization_id, sha256(i::text::bytea), 'AccessToken', grant_id, '{}',
        now() - interval '2 days'
      FROM live_grants, generate_series(1, 2500) i`)
    await pool.query("UPDATE browser_states SET expires_at = now() - interval '2 days'")

    const worker = new Database({ url: database.url, poolSize: 1, onError: () => undefined })
    expect(await cleanUp(worker)).toBeGreaterThan(2500)
    expect(await cleanUp(worker)).toBe(0)
    await worker.close()

    const { rows } = await pool.query(
      'SELECT (SELECT count(*) FROM grants)::int AS grants, (SELECT count(*) FROM tokens)::int AS tokens',
    )
    // The grant that is alive, with its code, access token and refresh token.
    expect(rows).toEqual([{ grants: 1, tokens: 3 }])
    expect(await isActive(config, alive.access_token)).toBe(true)
    expect(await isActive(config, revoked.access_token)).toBe(false)
  })
})
