import { connect } from './connect.ts'
import type { ConnectionOptions } from './connect.ts'
import { write } from './terminal/output.ts'
import { jsonLine, printable } from './terminal/printable.ts'

export interface RevokeCommandOptions extends ConnectionOptions {
  organizationId: string
  memberId: string
  connectedAppId: string
  json?: boolean
}

/** Revokes one Connected App's access to one Member. */
export async function runRevoke(options: RevokeCommandOptions): Promise<void> {
  const { client, callOptions } = await connect(options)
  const target = {
    organization_id: options.organizationId,
    member_id: options.memberId,
    connected_app_id: options.connectedAppId,
  }
  const { request_id } = await client.organizations.members.connectedApps.revoke(
    target,
    callOptions,
  )
  write(
    options.json
      ? jsonLine({ ...target, result: 'revoked', request_id })
      : `revoked (request_id ${printable(request_id)})\n`,
  )
}
