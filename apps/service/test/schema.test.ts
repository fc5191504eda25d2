import { beforeAll, describe, expect, it } from 'vitest'
import { bucketCount } from '../src/bucket.ts'
import { migrate } from '../src/postgres/migrate.ts'
import { useDatabase } from './support/database.ts'

// What Citus demands of a table that is distributed by bucket, as the comments of the tables say.
const test = useDatabase()
const kindOf = (table: string) => `obj_description(${table}, 'pg_class')`

beforeAll(() => migrate({ databaseUrl: test.database.url }))

async function find<Row extends object>(query: string): Promise<Row[]> {
  return (await test.database.pool.query<Row>(query)).rows
}

it('the comment of every table says how it is distributed', async () => {
  const tables = await find(`
    SELECT relname, ${kindOf('oid')} AS kind FROM pg_class
    WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND relname <> 'migrations'
      AND coalesce(${kindOf('oid')}, '') NOT IN ('distributed', 'reference', 'local')`)
  expect(tables).toEqual([])
})

it('every table with a bucket is distributed, except for the Organizations that it comes from', async () => {
  const tables = await find<{ name: string; has_bucket: boolean }>(`
    SELECT relname AS name, EXISTS (
      SELECT FROM pg_attribute WHERE attrelid = c.oid AND attname = 'bucket' AND attnotnull
    ) AS has_bucket
    FROM pg_class c WHERE ${kindOf('oid')} = 'distributed'`)
  expect(tables.filter((table) => !table.has_bucket)).toEqual([])
  expect(tables.map(({ name }) => name).toSorted()).toEqual([
    'app_authorizations',
    'audit_log',
    'grants',
    'member_roles',
    'members',
    'sessions',
    'tokens',
  ])
})

describe('of a distributed table', () => {
  it('every unique index contains the bucket, and every primary key begins with it', async () => {
    const indexes = await find<{ name: string; columns: string[]; is_primary: boolean }>(`
      SELECT indexrelid::regclass::text AS name, indisprimary AS is_primary, ARRAY(
        SELECT attname::text FROM pg_attribute WHERE attrelid = indexrelid ORDER BY attnum) AS columns
      FROM pg_index WHERE indisunique AND ${kindOf('indrelid')} = 'distributed'`)
    expect(indexes.length).toBeGreaterThan(7)
    expect(indexes.filter(({ columns }) => !columns.includes('bucket'))).toEqual([])
    const keys = indexes.filter((index) => index.is_primary)
    expect(keys.filter(({ columns }) => columns[0] !== 'bucket')).toEqual([])
  })

  it('every foreign key to another one contains the bucket of both', async () => {
    const keys = await find<{ name: string; own: string[]; referenced: string[] }>(`
      SELECT conname AS name,
        ARRAY(SELECT attname::text FROM unnest(conkey) n JOIN pg_attribute
          ON attrelid = conrelid AND attnum = n) AS own,
        ARRAY(SELECT attname::text FROM unnest(confkey) n JOIN pg_attribute
          ON attrelid = confrelid AND attnum = n) AS referenced
      FROM pg_constraint
      WHERE contype = 'f' AND ${kindOf('conrelid')} = 'distributed'
        AND ${kindOf('confrelid')} = 'distributed'`)
    expect(keys.length).toBeGreaterThan(4)
    for (const { own, referenced } of keys) {
      expect(own.indexOf('bucket')).toBeGreaterThanOrEqual(0)
      expect(own.indexOf('bucket')).toBe(referenced.indexOf('bucket'))
    }
  })

  it('no foreign key leads from a table that is not distributed, or to one that is local', async () => {
    const keys = await find(`
      SELECT conname FROM pg_constraint WHERE contype = 'f' AND (
        (${kindOf('confrelid')} = 'distributed' AND ${kindOf('conrelid')} <> 'distributed')
        OR (${kindOf('confrelid')} = 'local' AND ${kindOf('conrelid')} <> 'local'))`)
    expect(keys).toEqual([])
  })
})

it('an Organization has one of the buckets, and no other', async () => {
  const { pool } = test.database
  await pool.query("INSERT INTO projects (project_id, secret_hash) VALUES ('p', '')")
  const add = (bucket: number) =>
    pool.query('INSERT INTO organizations VALUES ($1, $2, $3, $1)', [`o${bucket}`, 'p', bucket])
  await add(0)
  await add(bucketCount - 1)
  await expect(add(-1)).rejects.toThrow('organizations_bucket_check')
  await expect(add(bucketCount)).rejects.toThrow('organizations_bucket_check')
})
