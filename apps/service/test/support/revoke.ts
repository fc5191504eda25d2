import { expandPath, operation } from '@connected-apps/contract'
import type { Tenant } from './tenant.ts'

export interface RevokeRequest {
  organizationId?: string
  memberId?: string
  connectedAppId?: string
  headers?: Record<string, string>
  body?: NonNullable<RequestInit['body']>
}

export function basic(user: string, password: string): string {
  return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`
}

/** The operation's path, without encoding the ids. */
export function pathOf(organizationId: string, memberId: string, connectedAppId: string): string {
  const ids = { organization_id: organizationId, member_id: memberId }
  return expandPath({ ...ids, connected_app_id: connectedAppId }, (id) => id)
}

/** Sends the operation's request, by default a valid one with the project's credentials. */
export function revoke(url: string, tenant: Tenant, request: RevokeRequest = {}) {
  const path = pathOf(
    request.organizationId ?? tenant.organizationId,
    request.memberId ?? tenant.memberId,
    request.connectedAppId ?? tenant.publicAppId,
  )
  return fetch(url + path, {
    method: operation.method,
    headers: { authorization: basic(tenant.projectId, tenant.secret), ...request.headers },
    ...(request.body !== undefined && { body: request.body }),
  })
}
