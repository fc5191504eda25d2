import type { Pool } from 'pg'

const members = 10_000

/**
 * Fills every table of a database as years of use would: 1,000 Organizations of ten Members, each of
 * whom uses one Connected App. Of what expires, one row in twenty has expired, and waits for the cleanup.
 */
export async function fillTables(pool: Pool): Promise<void> {
  const organization = `'filled-organization-' || n / 10`
  const project = `'filled-project-' || n / 10`
  const member = `'filled-member-' || n`
  const app = `'filled-app-' || n / 10`
  const grant = `lpad(to_hex(n / 10 % 100), 3, '0') || '-grant-' || n`
  const expiry = `now() + interval '1 second' * n - interval '10 days' * (n % 20 / 19)`
  // Organizations share buckets, as they would.
  const bucket = `n / 10 % 100`
  const hash = `sha256(convert_to('filled' || n, 'UTF8'))`
  const all = `FROM generate_series(1, ${members}) AS n`
  const rows: Record<string, string> = {
    'projects (project_id, secret_hash)': `DISTINCT ${project}, '\\x00'::bytea`,
    'roles (project_id, role_id)': `DISTINCT ${project}, 'stytch_member'`,
    'permissions (project_id, role_id, resource_id, action)': `DISTINCT ${project}, 'stytch_member', 'stytch.self', '*'`,
    'organizations (organization_id, bucket, project_id, slug, external_id)': `DISTINCT ON (1) ${organization}, ${bucket}, ${project}, 'slug-' || n / 10, 'external-' || n / 10`,
    'connected_apps (connected_app_id, project_id, name, description, is_first_party, redirect_uris)': `DISTINCT ON (1) ${app}, ${project}, 'Notebook', '', false, '{}'::text[]`,
    'resource_servers (resource_server_id, project_id, name, secret_hash)': `DISTINCT 'filled-server-' || n / 10, ${project}, 'API', '\\x00'::bytea`,
    'members (bucket, organization_id, member_id, external_id, name)': `${bucket}, ${organization}, ${member}, 'external-' || n, 'Ada'`,
    'member_roles (bucket, organization_id, member_id, role_id)': `${bucket}, ${organization}, ${member}, 'stytch_member'`,
    'sessions (bucket, organization_id, session_id, member_id, token_hash, expires_at)': `${bucket}, ${organization}, 'filled-session-' || n, ${member}, ${hash}, ${expiry}`,
    'app_authorizations (bucket, organization_id, member_id, connected_app_id)': `${bucket}, ${organization}, ${member}, ${app}`,
    'grants (bucket, organization_id, grant_id, member_id, connected_app_id, epoch, scope, cleanup_due_at)': `${bucket}, ${organization}, ${grant}, ${member}, ${app}, 0, 'openid', ${expiry}`,
    'tokens (bucket, token_hash, kind, grant_id, payload, expires_at)': `${bucket}, ${hash}, 'AccessToken', ${grant}, '{}'::json, ${expiry}`,
    'tokens (bucket, token_hash, kind, grant_id, payload, expires_at, consumed_at)': `${bucket}, sha256(convert_to('consumed' || n, 'UTF8')), 'RefreshToken', ${grant}, '{}'::json, ${expiry}, now() - interval '2 hours' * (n % 20 / 19)`,
    'oidc_sessions (kind, id_hash, uid, payload, expires_at)': `'Session', ${hash}, 'filled-' || n, '{}'::json, ${expiry}`,
    'audit_log (bucket, organization_id, at, action, outcome, request_id, project_id, member_id, connected_app_id)': `${bucket}, ${organization}, now() - interval '1 minute' * n, 'consent', 'ok', 'filled', ${project}, ${member}, ${app}`,
    'rate_limits (project_id, requests, window_ends_at)': `DISTINCT ON (1) ${project}, 1, ${expiry}`,
  }
  const client = await pool.connect()
  // Looking up what each row refers to would take much of the time.
  await client.query('BEGIN; SET LOCAL session_replication_role = replica')
  for (const [table, values] of Object.entries(rows)) {
    await client.query(`INSERT INTO ${table} SELECT ${values} ${all}`)
  }
  await client.query('COMMIT')
  client.release()
  const tables = Object.keys(rows).map((table) => table.replace(/ .*/, ''))
  await pool.query(`VACUUM ANALYZE ${[...new Set(tables)].join(', ')}`)
}
