import { execFile } from 'node:child_process'
import { appendFile, chown, stat, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { Client } from 'pg'
import { findBinaries, packageName } from '../../src/postgres/embedded/binaries.ts'
import type { Cluster } from '../../src/postgres/embedded/cluster.ts'
import { startServer } from '../../src/postgres/embedded/cluster.ts'

/**
 * Starts a server that replicates another one, as a standby that can be read.
 *
 * @param name what the primary calls it, in `synchronous_standby_names`, and its replication slot
 */
export async function startReplica(primary: Cluster, name: string): Promise<Cluster> {
  const client = new Client({ connectionString: primary.url })
  await client.connect()
  const { rows } = await client.query<{ data_directory: string }>('SHOW data_directory')
  const source = rows[0]?.data_directory ?? ''
  const directory = dirname(source)
  const data = join(directory, name)
  await client.query('SELECT pg_create_physical_replication_slot($1)', [name])
  // The backup lasts as long as this session.
  await client.query('SELECT pg_backup_start($1, fast => true)', [name])
  // Keeps the owner, since PostgreSQL does not start with the data of another user.
  await promisify(execFile)('cp', ['-a', source, data])
  const { rows: backups } = await client.query<{ labelfile: string }>(
    'SELECT labelfile FROM pg_backup_stop(wait_for_archive => false)',
  )
  await client.end()
  await promisify(execFile)('rm', [
    '-r',
    join(data, 'postmaster.pid'),
    join(data, 'pg_replslot', name),
  ])
  const { uid, gid } = await stat(source)
  for (const [file, content] of [
    ['backup_label', backups[0]?.labelfile ?? ''],
    ['standby.signal', ''],
  ] as const) {
    await writeFile(join(data, file), content)
    await chown(join(data, file), uid, gid)
  }
  const { hostname, port, username, password } = new URL(primary.url)
  const connection = `host=${hostname} port=${port} user=${username} password=${password}`
  await appendFile(
    join(data, 'postgresql.auto.conf'),
    `\ncluster_name = '${name}'\nprimary_conninfo = '${connection}'\nprimary_slot_name = '${name}'\nwal_retrieve_retry_interval = '100ms'\n`,
  )
  return startServer(await findBinaries(directory, packageName), data, password)
}
