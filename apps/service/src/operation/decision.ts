import type { RequestContext, SessionContext } from './lookup.ts'
import type { ContractResponse } from './response.ts'

/** A revocation that every check has allowed. */
export interface Revocation {
  projectId: string
  organizationId: string
  memberId: string
  connectedAppId: string
  /** The session that authorizes it, if the request carried one. */
  session: SessionContext | undefined
}

export type Decision = { revocation: Revocation } | { rejection: ContractResponse }

/**
 * Decides on a request that is well-formed, authenticated and within the rate limit. The checks
 * are in the contract's order: Organization, session, tenancy, roles, Member, Connected App.
 *
 * @param context what exists of the things that the request names
 * @param hasSession whether the request carries a session at all
 */
export function decide(context: RequestContext, hasSession: boolean): Decision {
  const { projectId, organizationId, memberId, connectedAppId, session } = context
  if (organizationId === undefined) return reject('organization_not_found')
  if (hasSession) {
    if (session === undefined) return reject('session_not_found')
    if (session.organizationId !== organizationId) {
      return reject('session_authorization_tenancy_error')
    }
    if (!mayRevoke(session, memberId)) {
      return reject('session_authorization_error')
    }
  }
  if (memberId === undefined) return reject('member_not_found')
  if (connectedAppId === undefined) return reject('connected_app_not_found')
  return { revocation: { projectId, organizationId, memberId, connectedAppId, session } }
}

/** `stytch.member` covers every Member, `stytch.self` only the session's own Member. */
function mayRevoke({ allowedResources, memberId }: SessionContext, target: string | undefined) {
  if (allowedResources.includes('stytch.member')) return true
  return allowedResources.includes('stytch.self') && target === memberId
}

function reject(name: ContractResponse['name']): Decision {
  return { rejection: { name } }
}
