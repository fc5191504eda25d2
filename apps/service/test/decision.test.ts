import { operations } from '@connected-apps/contract/operations'
import { describe, expect, it } from 'vitest'
import { findRejection } from '../src/operation/decision.ts'
import type { RequestContext, SessionContext } from '../src/operation/lookup.ts'

const { revokeConnectedApp } = operations

const self: SessionContext = {
  organizationId: 'acme',
  sessionId: 'session-1',
  memberId: 'ada',
  allowedResources: ['stytch.self'],
}
const admin: SessionContext = { ...self, memberId: 'grace', allowedResources: ['stytch.member'] }
const ids = { organization_id: 'acme', member_id: 'ada', connected_app_id: 'notebook' }
const complete: RequestContext = {
  projectId: 'project-1',
  secretHashes: [Buffer.alloc(32)],
  retryAfterSeconds: undefined,
  sessionKeys: { keys: [] },
  ids,
  session: undefined,
}
const none = { organization_id: undefined, member_id: undefined, connected_app_id: undefined }
const noMember = { ids: { ...ids, member_id: undefined } }
const otherOrganization = { organizationId: 'globex' }

describe('the decision on a revoke', () => {
  it.each([
    ['nothing exists', { ids: none }, false, 'organization_not_found'],
    ['nothing exists, not even the session', { ids: none }, true, 'organization_not_found'],
    ['the session is unknown', { session: undefined }, true, 'session_not_found'],
    ['nor is there a Member', noMember, true, 'session_not_found'],
    [
      'the session is of another Organization, and holds the permission there',
      { session: { ...admin, ...otherOrganization } },
      true,
      'session_authorization_tenancy_error',
    ],
    [
      'the session is of another Organization, and holds no permission',
      { session: { ...self, ...otherOrganization, allowedResources: [] } },
      true,
      'session_authorization_tenancy_error',
    ],
    [
      'no role holds the permission',
      { session: { ...self, allowedResources: [] } },
      true,
      'session_authorization_error',
    ],
    [
      'the permission is on another resource',
      { session: { ...self, allowedResources: ['stytch.organization'] } },
      true,
      'session_authorization_error',
    ],
    [
      'a Member may act on itself, and this is another one',
      { session: { ...self, memberId: 'grace' } },
      true,
      'session_authorization_error',
    ],
    [
      'a Member may act on itself, and this one does not exist',
      { session: self, ...noMember },
      true,
      'session_authorization_error',
    ],
    ['there is no such Member', noMember, false, 'member_not_found'],
    [
      'there is no such Member, and an admin sends the request',
      { session: admin, ...noMember },
      true,
      'member_not_found',
    ],
    [
      'there is neither Member nor Connected App',
      { ids: { ...none, organization_id: 'acme' } },
      false,
      'member_not_found',
    ],
    [
      'there is no such Connected App',
      { ids: { ...ids, connected_app_id: undefined } },
      false,
      'connected_app_not_found',
    ],
  ])('rejects when %s', (_, context, hasSession, outcome) => {
    const rejection = findRejection(revokeConnectedApp, { ...complete, ...context }, hasSession)
    expect(rejection).toMatchObject({ outcome })
  })

  it.each([
    ['the project itself sends it', undefined],
    ['the Member itself sends it', self],
    ['an admin sends it', admin],
  ])('allows the revoke when %s', (_, session) => {
    const context = { ...complete, session }
    expect(findRejection(revokeConnectedApp, context, session !== undefined)).toBeUndefined()
  })
})

describe('the decision on an operation whose path has no Member', () => {
  const organizationAdmin = { ...admin, allowedResources: ['stytch.organization'] }
  const context = { ...complete, ids: { ...ids, member_id: undefined } }

  it.each([
    ['allows what the resource covers', organizationAdmin, undefined],
    ['rejects a session that may act on Members alone', admin, 'session_authorization_error'],
    ['rejects a session that may act on itself alone', self, 'session_authorization_error'],
  ])('%s', (_, session, outcome) => {
    const { getOrganizationConnectedApp } = operations
    const rejection = findRejection(getOrganizationConnectedApp, { ...context, session }, true)
    expect(rejection?.outcome).toBe(outcome)
  })
})
