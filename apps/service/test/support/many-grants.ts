import { randomUUID } from 'node:crypto'
import type { Pool } from 'pg'
import { addAppAuthorizations } from '../history/http/app-authorizations.ts'
import type { AppAuthorization } from '../history/http/service-system.ts'
import { ServiceSystem } from '../history/http/service-system.ts'

/** A Member's consent, and the code and tokens that were issued for it. */
export interface IssuedGrant {
  system: ServiceSystem
  authorization: AppAuthorization
  code: string
  accessToken: string
  refreshToken: string
}

/**
 * Adds Members who each gave one Connected App access. Only one of them went through the flow. The
 * rows of the others are copies of that one's.
 */
export async function addManyGrants(
  pool: Pool,
  instances: string[],
  count: number,
): Promise<IssuedGrant[]> {
  const [original] = await addAppAuthorizations(pool, instances, 1)
  if (original === undefined) throw new Error('no authorization was added')
  const system = new ServiceSystem(original)
  await system.signIn()
  await system.authorize()
  await system.obtainCode()

  const mark = `copy-${randomUUID()}`
  const values = [original.organizationId, original.memberId, original.connectedAppId]
  const all = `generate_series(1, ${count}) AS n`
  await pool.query(
    `INSERT INTO members (organization_id, member_id, name)
     SELECT $1, '${mark}-' || n, 'Ada' FROM ${all}`,
    values.slice(0, 1),
  )
  await pool.query(
    `INSERT INTO app_authorizations SELECT organization_id, '${mark}-' || n, connected_app_id, revocation_count
     FROM app_authorizations, ${all}
     WHERE organization_id = $1 AND member_id = $2 AND connected_app_id = $3`,
    values,
  )
  await pool.query(
    `INSERT INTO grants
     SELECT organization_id, '${mark}-' || n, '${mark}-' || n, connected_app_id, epoch, scope
     FROM grants, ${all}
     WHERE organization_id = $1 AND member_id = $2 AND connected_app_id = $3`,
    values,
  )
  await pool.query(
    `INSERT INTO tokens (organization_id, token_hash, kind, grant_id, payload, expires_at)
     SELECT organization_id, sha256(convert_to(kind || '${mark}-' || n, 'UTF8')), kind,
       '${mark}-' || n,
       payload::jsonb || jsonb_build_object('grantId', '${mark}-' || n, 'accountId', '${mark}-' || n),
       expires_at + interval '1 hour'
     FROM tokens JOIN grants USING (organization_id, grant_id), ${all}
     WHERE organization_id = $1 AND member_id = $2 AND connected_app_id = $3
       AND consumed_at IS NULL`,
    values,
  )
  // PostgreSQL would analyze the new rows only a minute later.
  await pool.query('ANALYZE')
  return Array.from({ length: count }, (_, index) => {
    const name = `${mark}-${index + 1}`
    const authorization = { ...original, memberId: name }
    return {
      system: new ServiceSystem(authorization),
      authorization,
      code: `AuthorizationCode${name}`,
      accessToken: `AccessToken${name}`,
      refreshToken: `RefreshToken${name}`,
    }
  })
}
