import type { Pool } from 'pg'

/**
 * Makes a PostgreSQL look like a Citus with one node, which has this `synchronous_commit`. What the
 * service sends to Citus is ordinary SQL, so it can be tested without Citus.
 */
export async function addFakeNodes(pool: Pool, synchronousCommit: string): Promise<void> {
  await pool.query(`
    CREATE OR REPLACE FUNCTION run_command_on_all_nodes(command text)
    RETURNS TABLE (success boolean, result text)
    LANGUAGE sql AS $$ SELECT true, '${synchronousCommit}' $$`)
}
