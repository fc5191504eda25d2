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

/** @throws {CommandError} if the options or the credentials are for another project or server than the ledger */
export function rejectOtherIncident(
  { project_id, baseUrl }: IncidentRecord,
  connection: Pick<Connection, 'project_id' | 'baseUrl'>,
): void {
  if (project_id !== connection.project_id) {
    throw new CommandError(
      `the ledger is for project ${printable(project_id)}, but the credentials are for ${printable(connection.project_id)}; use those that the run had`,
    )
  }
  if (baseUrl !== connection.baseUrl) {
    const server = printable(baseUrl)
    throw new CommandError(
      `the ledger is for server ${server}, not ${printable(connection.baseUrl)}; pass --base-url ${server}, or set CONNECTED_APPS_BASE_URL to it`,
    )
  }
}
