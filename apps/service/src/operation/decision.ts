import type { Answer } from './response.ts'
import type { RequestContext, SessionContext } from './lookup.ts'

/** A revoke that nothing stands against. */
export interface Revocation {
  projectId: string
  organizationId: string
  memberId: string
  connectedAppId: string
  /** The session that asks, if one was sent. */
  session: SessionContext | undefined
}

export type Decision = { order: Revocation } | { refusal: Answer }

/**
 * Decides over a request whose credentials, rate and form are right, in the order that the contract
 * gives: Organization, session, tenancy, roles, Member, Connected App.
 *
 * @param facts what the request names, as far as it exists
 * @param hasSession whether the request carries a session at all
 */
export function decide(facts: RequestContext, hasSession: boolean): Decision {
  const { projectId, organizationId, memberId, connectedAppId, session } = facts
  if (organizationId === undefined) return refuse('organization_not_found')
  if (hasSession) {
    if (session === undefined) return refuse('session_not_found')
    if (session.organizationId !== organizationId) {
      return refuse('session_authorization_tenancy_error')
    }
    if (!mayRevoke(session, memberId)) {
      return refuse('session_authorization_error')
    }
  }
  if (memberId === undefined) return refuse('member_not_found')
  if (connectedAppId === undefined) return refuse('connected_app_not_found')
  return { order: { projectId, organizationId, memberId, connectedAppId, session } }
}

/** `stytch.member` covers each Member, `stytch.self` only the one whose session it is. */
function mayRevoke({ allowedResources, memberId }: SessionContext, target: string | undefined) {
  if (allowedResources.includes('stytch.member')) return true
  return allowedResources.includes('stytch.self') && target === memberId
}

function refuse(name: Answer['name']): Decision {
  return { refusal: { name } }
}
