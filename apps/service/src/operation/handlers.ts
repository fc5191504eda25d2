import type {
  OperationId,
  PathParameters,
  ResponseBody,
  SuccessStatus,
} from '@connected-apps/contract'
import type { Database } from '../postgres/database.ts'
import { createRevoke } from './handlers/locked-rows.ts'
import { findMemberConnectedApps } from './handlers/member-connected-apps.ts'
import { findOrganizationConnectedApp } from './handlers/organization-connected-app.ts'
import type { SessionContext } from './lookup.ts'

/** A request that every check has allowed. */
export interface AuthorizedRequest<Id extends OperationId = OperationId> {
  projectId: string
  /** The ids of what the path names, whatever form of identifier the request has. */
  ids: PathParameters<Id>
  /** The session that authorizes it, if the request carries one. */
  session: SessionContext | undefined
  requestId: string
}

/** The body of a success, without what every response has. */
export type ResponseData<Id extends OperationId = OperationId> = Id extends OperationId
  ? Omit<ResponseBody<Id, SuccessStatus<Id>>, 'status_code' | 'request_id'>
  : never

/** Performs an operation. @returns the body of the response to it */
export type Handler<Id extends OperationId = OperationId> = (
  request: AuthorizedRequest<Id>,
) => Promise<ResponseData<Id>>

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
