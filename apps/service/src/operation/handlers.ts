import type { OperationId } from '@connected-apps/contract'
import type { Database } from '../postgres/database.ts'
import type { Handler } from './handlers/handler.ts'
import { createRevoke } from './handlers/locked-rows.ts'
import { findMemberConnectedApps } from './handlers/member-connected-apps.ts'
import { findOrganizationConnectedApp } from './handlers/organization-connected-app.ts'

/** One for each operation of the contract: without one of them this does not compile. */
export type Handlers = { readonly [Id in OperationId]: Handler<Id> }

/** Creates the handlers of all operations. */
export function createHandlers(database: Database): Handlers {
  const revoke = createRevoke(database)
  return {
    async revokeConnectedApp({ ids, ...request }) {
      await revoke({
        ...request,
        organizationId: ids.organization_id,
        memberId: ids.member_id,
        connectedAppId: ids.connected_app_id,
      })
      return {}
    },
    getMemberConnectedApps: ({ ids }) => findMemberConnectedApps(database, ids),
    getOrganizationConnectedApp: ({ ids }) => findOrganizationConnectedApp(database, ids),
  }
}
