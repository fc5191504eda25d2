import type { Client } from 'pg'
import type { Database } from './database.ts'

/**
 * Finds what the service's role lacks, or has too much, of the privileges that it needs: everything
 * on the rows of its tables, except that rows of the audit log are only added, and migrations are
 * only read. A role that owns a table has every privilege on it anyway.
 *
 * @param relations the tables and views
 * @returns statements for the owner to run
 */
export async function findMissingGrants(
  client: Client,
  role: string,
  relations: string[],
): Promise<string[]> {
  const { rows } = await client.query<{ statement: string }>(
    `WITH role AS (SELECT oid, rolname FROM pg_roles WHERE rolname = $1), needed AS (
       SELECT c.oid, c.relowner, c.relacl, CASE
         WHEN c.relkind = 'v' OR name = 'migrations' THEN 'SELECT'
         WHEN name = 'audit_log' THEN 'INSERT, SELECT'
         ELSE 'DELETE, INSERT, SELECT, UPDATE' END AS privileges
       FROM unnest($2::text[]) AS name JOIN pg_class c ON c.oid = to_regclass(name)
     )
     SELECT format('GRANT USAGE ON SCHEMA %I TO %I', current_schema(), rolname) AS statement
     FROM role WHERE NOT has_schema_privilege(rolname, current_schema(), 'USAGE')
     UNION ALL
     SELECT format('REVOKE ALL ON %s FROM %I; GRANT %s ON %s TO %I', n.oid::regclass, rolname,
       privileges, n.oid::regclass, rolname)
     FROM role, needed n
     WHERE relowner <> role.oid AND privileges IS DISTINCT FROM (
       SELECT string_agg(privilege_type, ', ' ORDER BY privilege_type)
       FROM aclexplode(relacl) WHERE grantee = role.oid)`,
    [role, relations],
  )
  return rows.map(({ statement }) => statement)
}

const checkAuditLog = {
  name: 'check-audit-log',
  text: `
    SELECT has_any_column_privilege(oid, 'update') OR has_table_privilege(oid, 'delete, truncate')
      OR pg_has_role(relowner, 'MEMBER') AS is_mutable
    FROM pg_class WHERE oid = 'audit_log'::regclass`,
}

/** Whether the service's own role could change or remove rows of the audit log. */
export async function isAuditLogMutable(database: Database): Promise<boolean> {
  const [row] = await database.query<{ is_mutable: boolean }>(checkAuditLog, [])
  return row?.is_mutable === true
}
