/** A statement with a fixed text, which is prepared once per connection. */
export interface Statement {
  name: string
  text: string
}

/**
 * An expression for statements that write. Once a statement has evaluated it, its transaction is
 * committed only when it is on disk, whatever the settings of the role, the database, and what a
 * connection pooler dropped. `remote_apply` stays, since it is stricter: it waits for the standby
 * servers, too. The other values are weaker than `on`.
 *
 * In `RETURNING` it is evaluated for each row that is written, and so only if there is one.
 *
 * An instance with a read replica sends one in its place that always says `remote_apply`.
 *
 * Citus rejects it there. So it is left out if the tables are distributed, and what the nodes are set to
 * is checked at start.
 */
export const commitOnDisk = `set_config('synchronous_commit',
  CASE current_setting('synchronous_commit') WHEN 'remote_apply' THEN 'remote_apply' ELSE 'on' END,
  true)`

/**
 * The code with which PostgreSQL warns that a commit no longer waits for a standby, because it was
 * canceled. It then reports the commit as done, although a standby may not have it.
 */
export const unconfirmedCommitCode = '01000'

/**
 * The length of a text array, as a LIMIT for the rows that it is unnested to. It removes no row. But
 * PostgreSQL can't know that limit when it plans, and expects one row. So it looks up each row by an
 * index, even in a table that is small at that time, and one plan is right for any number of rows.
 */
export function lengthOf(parameter: string): string {
  return `(SELECT cardinality(${parameter}::text[]))`
}

/**
 * Whether PostgreSQL can store this text. No row has a key that contains a NUL, and a query with
 * one would fail, so such a value need not be looked up.
 */
export function hasNoNul(value: string): boolean {
  return !value.includes('\0')
}
