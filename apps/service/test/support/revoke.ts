import type { Operation } from '@connected-apps/contract'
import { operations } from '@connected-apps/contract/operations'
import { pathFor, send } from './operations.ts'
import type { Tenant } from './tenant.ts'

/** *Revoke Connected App*, which most tests are about. */
export const revokeConnectedApp: Operation<'revokeConnectedApp'> = operations.revokeConnectedApp

export interface RevokeRequest {
  organizationId?: string
  memberId?: string
  connectedAppId?: string
  headers?: Record<string, string>
}

/** The path of a revoke, without encoding the ids. */
export function pathOf(organizationId: string, memberId: string, connectedAppId: string): string {
  return pathFor(revokeConnectedApp, {
    organization_id: organizationId,
    member_id: memberId,
    connected_app_id: connectedAppId,
  })
}

/** Revokes, by default the access of the tenant's public app to its Member. */
export function revoke(url: string, tenant: Tenant, request: RevokeRequest = {}) {
  const { organizationId, memberId, connectedAppId, headers } = request
  const path = {
    organization_id: organizationId ?? tenant.organizationId,
    member_id: memberId ?? tenant.memberId,
    connected_app_id: connectedAppId ?? tenant.publicAppId,
  }
  return send(revokeConnectedApp, url, tenant, { path, ...(headers && { headers }) })
}
