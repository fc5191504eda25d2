import { UsageError } from '@connected-apps/node-http/command'
import stringWidth from 'string-width'
import { formatCount } from '../format.ts'
import { connect } from './connect.ts'
import type { Connection, ConnectionOptions } from './connect.ts'
import { write } from './terminal/output.ts'
import { jsonLine, printable } from './terminal/printable.ts'

export interface ListCommandOptions extends ConnectionOptions {
  organizationId: string
  memberId?: string
  connectedAppId?: string
  json?: boolean
}

/** Lists a Member's Connected Apps, or the Members of an Organization who use an app. */
export async function runList(options: ListCommandOptions): Promise<void> {
  const { organizationId: organization_id, memberId, connectedAppId, json = false } = options
  if ((memberId === undefined) === (connectedAppId === undefined)) {
    throw new UsageError(
      "pass --member-id for a Member's apps, or --connected-app-id for an app's Members",
    )
  }
  const connection = await connect(options)
  if (memberId !== undefined) {
    await listApps(connection, { organization_id, member_id: memberId }, json)
  } else if (connectedAppId !== undefined) {
    await listMembers(connection, { organization_id, connected_app_id: connectedAppId }, json)
  }
}

async function listApps(
  { client, callOptions }: Connection,
  params: { organization_id: string; member_id: string },
  json: boolean,
): Promise<void> {
  const { connected_apps: apps } = await client.organizations.members.getConnectedApps(
    params,
    callOptions,
  )
  if (json) return write(apps.map(jsonLine).join(''))
  if (apps.length === 0) return write('No Connected App has access to this Member.\n')
  write(
    renderTable(
      ['CONNECTED APP ID', 'NAME', 'TYPE', 'SCOPES'],
      apps.map((app) => [app.connected_app_id, app.name, app.client_type, app.scopes_granted]),
    ),
  )
}

async function listMembers(
  { client, callOptions }: Connection,
  params: { organization_id: string; connected_app_id: string },
  json: boolean,
): Promise<void> {
  const { name, active_members: members } = await client.organizations.getConnectedApp(
    params,
    callOptions,
  )
  if (json) return write(members.map(jsonLine).join(''))
  const app = printable(name, 80)
  if (members.length === 0) return write(`No Member of this Organization uses ${app}.\n`)
  const verb = members.length === 1 ? 'uses' : 'use'
  write(`${formatCount(members.length, 'Member')} of this Organization ${verb} ${app}:\n`)
  write(
    renderTable(
      ['MEMBER ID', 'SCOPES'],
      members.map((member) => [member.member_id, member.granted_scopes.join(' ')]),
    ),
  )
}

/** A table for people, with columns as wide as their content. Cells are made safe to print. */
export function renderTable(
  headings: readonly string[],
  rows: readonly (readonly string[])[],
): string {
  const cells = [headings, ...rows.map((row) => row.map((cell) => printable(cell, 120)))]
  const widths = headings.map((_, column) =>
    cells.reduce((width, row) => Math.max(width, stringWidth(row[column] ?? '')), 0),
  )
  return cells.map((row) => `${padded(row, widths).trimEnd()}\n`).join('')
}

function padded(row: readonly string[], widths: readonly number[]): string {
  return row
    .map((cell, column) => cell + ' '.repeat((widths[column] ?? 0) - stringWidth(cell)))
    .join('  ')
}
