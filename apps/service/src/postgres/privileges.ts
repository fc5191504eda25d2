import type { Client } from 'pg'
import type { Database } from './database.ts'

/** What to do if the role of the service lacks a privilege. */
export const remedy = "run `migrate` with MIGRATION_DATABASE_URL too, the URL of the tables' owner"

/**
 * The tables and views in $1, and what the service's role needs on them: everything on the rows,
 * except that rows of the audit log are only added, and migrations are only read.
 */
const needed = `
  SELECT c.oid, c.relowner, c.relacl, CASE
    WHEN c.relkind = 'v' OR name = 'migrations' THEN 'SELECT'
    WHEN name = 'audit_log' THEN 'INSERT, SELECT'
    ELSE 'DELETE, INSERT, SELECT, UPDATE' END AS privileges
  FROM unnest($1::text[]) AS name JOIN pg_class c ON c.oid = to_regclass(name)`

/**
 * Finds what the owner of the tables has not granted the service's role of the privileges that it
 * needs, or has granted beyond that. The owner can't revoke what other
 * roles have granted. A role that owns a table has every privilege on it anyway.
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
    `WITH role AS (SELECT oid, rolname FROM pg_roles WHERE rolname = $2), needed AS (${needed})
     SELECT format('GRANT USAGE ON SCHEMA %I TO %I', current_schema(), rolname) AS statement
     FROM role WHERE NOT has_schema_privilege(rolname, current_schema(), 'USAGE')
     UNION ALL
     SELECT format('REVOKE ALL ON %s FROM %I; GRANT %s ON %s TO %I', n.oid::regclass, rolname,
       privileges, n.oid::regclass, rolname)
     FROM role, needed n
     WHERE relowner <> role.oid AND (
       EXISTS (
         SELECT FROM pg_attribute a, aclexplode(a.attacl)
         WHERE a.attrelid = n.oid AND grantee = role.oid AND grantor = relowner)
       OR privileges IS DISTINCT FROM (
         SELECT string_agg(privilege_type, ', ' ORDER BY privilege_type)
         FROM aclexplode(relacl) WHERE grantee = role.oid AND grantor = relowner))`,
    [relations, role],
  )
  return rows.map(({ statement }) => statement)
}

/**
 * Checks that the role of this connection has every privilege that the service needs, whoever
 * granted it. Otherwise the service would seem ready, and fail when it uses the table.
 *
 * @param relations the tables and views
 * @throws an error that names the first privilege that the role lacks
 */
export async function checkPrivileges(client: Client, relations: string[]): Promise<void> {
  const { rows } = await client.query<{ privilege: string; relation: string }>(
    `SELECT privilege, n.oid::regclass::text AS relation
     FROM (${needed}) n, string_to_table(privileges, ', ') AS privilege
     WHERE NOT has_table_privilege(n.oid, privilege)
     ORDER BY relation, privilege LIMIT 1`,
    [relations],
  )
  const [lacking] = rows
  if (lacking === undefined) return
  throw new Error(
    `the role of DATABASE_URL lacks the privilege ${lacking.privilege} on ${lacking.relation}; ${remedy}`,
  )
}

/**
 * A member of a role can become it (`SET ROLE`), even without inheriting its privileges. The owner of
 * a table, or of its schema, can drop it; a trigger can change or discard new rows.
 */
const checkAuditLog = {
  name: 'check-audit-log',
  text: `
    SELECT pg_has_role(c.relowner, 'MEMBER') OR pg_has_role(n.nspowner, 'MEMBER') OR EXISTS (
        SELECT FROM pg_roles r
        WHERE pg_has_role(r.oid, 'MEMBER') AND (
          has_table_privilege(r.oid, c.oid, 'delete, truncate, trigger')
          OR has_any_column_privilege(r.oid, c.oid, 'update'))
      ) AS is_mutable
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.oid = 'audit_log'::regclass`,
}

/** Whether the service's own role could change or remove rows of the audit log. */
export async function isAuditLogMutable(database: Database): Promise<boolean> {
  const [row] = await database.query<{ is_mutable: boolean }>(checkAuditLog, [])
  return row?.is_mutable === true
}
