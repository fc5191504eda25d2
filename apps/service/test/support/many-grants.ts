import { randomUUID } from 'node:crypto'
import type { Pool } from 'pg'
import { bucketOf, bucketPrefix } from '../../src/bucket.ts'
import { addAppAuthorizations } from '../history/http/app-authorizations.ts'
import type { AppAuthorization } from '../history/http/service-system.ts'
import { ServiceSystem } from '../history/http/service-system.ts'

/** A Member's consent, and the code and tokens that were issued for it. */
export interface IssuedGrant {
  system: ServiceSystem
  authorization: AppAuthorization
  grantId: string
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
  const { organizationId, memberId, connectedAppId } = original
  const bucket = bucketOf(organizationId)
  const prefix = bucketPrefix(bucket)
  const values = [bucket, organizationId, memberId, connectedAppId]
  const all = `generate_series(1, ${count}) AS n`
  await pool.query(
    `INSERT INTO members (bucket, organization_id, member_id, name)
     SELECT $1, $2, '${mark}-' || n, 'Ada' FROM ${all}`,
    values.slice(0, 2),
  )
  await pool.query(
    `INSERT INTO app_authorizations SELECT bucket, organization_id, '${mark}-' || n, connected_app_id, revocation_count
     FROM app_authorizations, ${all}
     WHERE bucket = $1 AND organization_id = $2 AND member_id = $3 AND connected_app_id = $4`,
    values,
  )
  await pool.query(
    `INSERT INTO grants
     SELECT bucket, '${prefix}-${mark}-' || n, organization_id, '${mark}-' || n, connected_app_id, epoch,
       scope
     FROM grants, ${all}
     WHERE bucket = $1 AND organization_id = $2 AND member_id = $3 AND connected_app_id = $4`,
    values,
  )
  await pool.query(
    `INSERT INTO tokens (bucket, token_hash, kind, grant_id, payload, expires_at)
     SELECT bucket, sha256(convert_to('${prefix}' || kind || '${mark}-' || n, 'UTF8')), kind,
       '${prefix}-${mark}-' || n,
       payload::jsonb || jsonb_build_object('grantId', '${prefix}-${mark}-' || n, 'accountId', '${mark}-' || n),
       expires_at + interval '1 hour'
     FROM tokens JOIN grants USING (bucket, grant_id), ${all}
     WHERE bucket = $1 AND organization_id = $2 AND member_id = $3 AND connected_app_id = $4
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
      grantId: `${prefix}-${name}`,
      code: `${prefix}AuthorizationCode${name}`,
      accessToken: `${prefix}AccessToken${name}`,
      refreshToken: `${prefix}RefreshToken${name}`,
    }
  })
}
