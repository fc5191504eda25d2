import type { ExampleName, Operation } from '@connected-apps/contract'
import type { RequestContext, SessionContext } from './lookup.ts'
import type { ContractResponse } from './response.ts'
import { errorNamed, unknownError } from './response.ts'

/** Two causes of a 403 that are states, which the contract tells apart by the name of the example alone. */
const otherOrganization = 'session_authorization_tenancy_error' satisfies ExampleName
const noPermission = 'session_authorization_error' satisfies ExampleName

/**
 * Decides on a request that is well-formed, authenticated and within the rate limit. The checks are
 * in the contract's order: Organization, session, tenancy, roles, and then what else the operation's
 * path names.
 *
 * @param context what exists of the things that the request names
 * @param hasSession whether the request carries a session at all
 * @returns the response that rejects the request; undefined if the operation may be performed
 */
export function findRejection(
  operation: Operation,
  { ids, session }: RequestContext,
  hasSession: boolean,
): ContractResponse | undefined {
  if (ids.organization_id === undefined) return unknownError(operation, 'organization_id')
  if (hasSession) {
    if (session === undefined) {
      return unknownError(operation, ...Object.values(operation.sessionHeaders))
    }
    if (session.organizationId !== ids.organization_id) {
      return errorNamed(operation, otherOrganization)
    }
    if (!isPermitted(operation, session, ids.member_id)) return errorNamed(operation, noPermission)
  }
  const found: Readonly<Record<string, string | undefined>> = ids
  const unknown = operation.pathParameters.find((name) => found[name] === undefined)
  return unknown === undefined ? undefined : unknownError(operation, unknown)
}

/** The resource covers whatever the path names; that for oneself, only the session's own Member. */
function isPermitted(
  { permission: { resource, self } }: Operation,
  { allowedResources, memberId }: SessionContext,
  target: string | undefined,
): boolean {
  if (allowedResources.includes(resource)) return true
  return self !== undefined && allowedResources.includes(self) && target === memberId
}
