import type { Pool } from 'pg'
import { hashOf } from '../hash.ts'
import { queryDurably } from './commit-durably.ts'
import { ProvisionError, newSecret } from './resources.ts'

/** Whose secret it is. */
export interface SecretOwner {
  type: 'project' | 'connected_app' | 'resource_server'
  id: string
}

/**
 * Starts the rotation of a secret: the old one and the new one are accepted until the rotation is
 * finished or canceled. Only the new secret's hash is stored.
 *
 * @returns the new secret
 * @throws {ProvisionError} if there is no such owner, it has no secret, or a rotation has started
 * @example
 * const owner = { type: 'project', id: projectId } as const
 * const secret = await startSecretRotation(pool, owner)
 * await finishSecretRotation(pool, owner) // once every caller uses the new secret
 */
export async function startSecretRotation(pool: Pool, owner: SecretOwner): Promise<string> {
  const secret = newSecret()
  const { rowCount } = await queryDurably(
    pool,
    `UPDATE ${owner.type}s SET next_secret_hash = $2
     WHERE ${owner.type}_id = $1 AND next_secret_hash IS NULL AND secret_hash IS NOT NULL`,
    [owner.id, hashOf(secret)],
  )
  if (rowCount === 1) return secret
  const row = await findSecret(pool, owner)
  throw new ProvisionError(
    row.has_secret
      ? `a rotation of the secret of ${owner.id} has started already; finish or cancel it first`
      : `${owner.id} is a public client, which has no secret`,
  )
}

/**
 * Finishes the rotation of a secret: the old one is rejected from now on.
 *
 * @throws {ProvisionError} if there is no such owner, or no rotation has started
 */
export async function finishSecretRotation(pool: Pool, owner: SecretOwner): Promise<void> {
  await endRotation(pool, owner, 'secret_hash = next_secret_hash, next_secret_hash = NULL')
}

/**
 * Cancels the rotation of a secret: the new one is rejected from now on.
 *
 * @throws {ProvisionError} if there is no such owner, or no rotation has started
 */
export async function cancelSecretRotation(pool: Pool, owner: SecretOwner): Promise<void> {
  await endRotation(pool, owner, 'next_secret_hash = NULL')
}

async function endRotation(pool: Pool, owner: SecretOwner, change: string): Promise<void> {
  const { rowCount } = await queryDurably(
    pool,
    `UPDATE ${owner.type}s SET ${change}
     WHERE ${owner.type}_id = $1 AND next_secret_hash IS NOT NULL`,
    [owner.id],
  )
  if (rowCount === 1) return
  await findSecret(pool, owner)
  throw new ProvisionError(`no rotation of the secret of ${owner.id} has started; start one first`)
}

async function findSecret(pool: Pool, { type, id }: SecretOwner): Promise<{ has_secret: boolean }> {
  const { rows } = await pool.query<{ has_secret: boolean }>(
    `SELECT secret_hash IS NOT NULL AS has_secret FROM ${type}s WHERE ${type}_id = $1`,
    [id],
  )
  if (rows[0] !== undefined) return rows[0]
  throw new ProvisionError(`there is no ${type.replaceAll('_', ' ')} ${id}`)
}
