import { CommandError } from '@connected-apps/node-http/command'
import { readLedger } from '../ledger/read-ledger.ts'
import type { IncidentRecord } from '../ledger/records.ts'
import type { Connection } from './connect.ts'
import { printable } from './terminal/printable.ts'

/** The first record of a ledger. */
export async function readIncident(path: string): Promise<IncidentRecord> {
  for await (const record of readLedger(path)) {
    if (record.type === 'incident') return record
  }
  throw new CommandError(`${printable(path)} is not a ledger`)
}

/** @throws {CommandError} if the credentials are for another project or server than the ledger */
export function rejectOtherIncident(
  { project_id, baseUrl }: IncidentRecord,
  connection: Pick<Connection, 'project_id' | 'baseUrl'>,
): void {
  for (const [name, ledger, given] of [
    ['project', project_id, connection.project_id],
    ['server', baseUrl, connection.baseUrl],
  ] as const) {
    if (ledger === given) continue
    throw new CommandError(
      `the ledger is for ${name} ${printable(ledger)}, but the credentials are for ${printable(given)}; use those that the run had`,
    )
  }
}
