import type { Pool } from 'pg'
import { generateServerKeys } from '../oauth/server-keys.ts'
import { queryDurably } from './commit-durably.ts'
import { ProvisionError } from './resources.ts'

/**
 * How long new keys are published before they sign. Instances load them within seconds; relying
 * parties fetch the key set again after ten minutes, by the defaults of the usual libraries.
 */
const publishedBefore = "interval '15 minutes'"

/**
 * Starts a rotation of the keys that sign ID tokens and cookies. The new keys are accepted as soon as
 * every instance has loaded them, and sign later. What the old ones signed stays valid, until the
 * cleanup removes them.
 *
 * @returns when the new keys will sign
 * @throws {ProvisionError} if the new keys of an earlier rotation do not sign yet
 */
export async function rotateKeys(pool: Pool): Promise<Date> {
  const keys = await generateServerKeys()
  const { rows } = await queryDurably<{ signs_from: Date }>(
    pool,
    `INSERT INTO server_keys (generation, value, signs_from)
     SELECT max(generation) + 1, $1, now() + ${publishedBefore} FROM server_keys
     HAVING max(signs_from) <= now() ON CONFLICT DO NOTHING
     RETURNING signs_from`,
    [keys],
  )
  if (rows[0] !== undefined) return rows[0].signs_from
  const { rows: last } = await pool.query<{ signs_from: Date | null }>(
    'SELECT max(signs_from) AS signs_from FROM server_keys',
  )
  const signsFrom = last[0]?.signs_from ?? undefined
  throw new ProvisionError(
    signsFrom === undefined
      ? 'there are no keys to rotate; start the service once, which generates them'
      : `a rotation has started already; its keys sign from ${signsFrom.toISOString()}, so wait until then`,
  )
}

/**
 * Replaces keys that have leaked. What the old ones signed is rejected as soon as every instance has
 * loaded the new ones, so all Members have to sign in again.
 */
export async function replaceKeys(pool: Pool): Promise<void> {
  const keys = await generateServerKeys()
  await queryDurably(
    pool,
    `WITH leaked AS (DELETE FROM server_keys)
     INSERT INTO server_keys (generation, value, signs_from)
     SELECT coalesce(max(generation), 0) + 1, $1, now() FROM server_keys`,
    [keys],
  )
}
