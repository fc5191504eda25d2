import { setTimeout as sleep } from 'node:timers/promises'
import { Client } from 'pg'

/**
 * Changes parameters of a server's configuration, and waits until it has loaded them. Then each new
 * session has them; one that was there before loads them with its next statement.
 *
 * @param url of a superuser
 */
export async function setParameters(
  url: string,
  parameters: Record<string, string>,
): Promise<void> {
  // A server that is made read-only can still be made writable again.
  const client = new Client({
    connectionString: url,
    options: '-c default_transaction_read_only=off',
  })
  await client.connect()
  try {
    for (const [name, value] of Object.entries(parameters)) {
      await client.query(`ALTER SYSTEM SET ${name} = '${value}'`)
    }
    const loadTime = async () => {
      const { rows } = await client.query<{ time: string }>(
        'SELECT pg_conf_load_time()::text AS time',
      )
      return rows[0]?.time
    }
    const before = await loadTime()
    // This only sends a signal. The server loads the file, and then signals its sessions.
    await client.query('SELECT pg_reload_conf()')
    while ((await loadTime()) === before) await sleep(10)
  } finally {
    await client.end()
  }
}
