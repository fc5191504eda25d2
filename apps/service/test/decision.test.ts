import { describe, expect, it } from 'vitest'
import { decide } from '../src/operation/decision.ts'
import type { RequestContext, SessionContext } from '../src/operation/lookup.ts'

const self: SessionContext = {
  organizationId: 'acme',
  sessionId: 'session-1',
  memberId: 'ada',
  allowedResources: ['stytch.self'],
}
const admin: SessionContext = { ...self, memberId: 'grace', allowedResources: ['stytch.member'] }
const complete: RequestContext = {
  projectId: 'project-1',
  secretHash: Buffer.alloc(32),
  sessionKeys: { keys: [] },
  organizationId: 'acme',
  memberId: 'ada',
  connectedAppId: 'notebook',
  session: undefined,
}
const none = { organizationId: undefined, memberId: undefined, connectedAppId: undefined }
const otherOrganization = { organizationId: 'globex' }

describe('decide', () => {
  it.each([
    ['nothing exists', { ...none }, false, 'organization_not_found'],
    ['nothing exists, not even the session', { ...none }, true, 'organization_not_found'],
    ['the session is unknown', { session: undefined }, true, 'session_not_found'],
    ['nor is there a Member', { memberId: undefined }, true, 'session_not_found'],
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
      { session: self, memberId: undefined },
      true,
      'session_authorization_error',
    ],
    ['there is no such Member', { memberId: undefined }, false, 'member_not_found'],
    [
      'there is no such Member, and an admin sends the request',
      { session: admin, memberId: undefined },
      true,
      'member_not_found',
    ],
    [
      'there is neither Member nor Connected App',
      { memberId: undefined, connectedAppId: undefined },
      false,
      'member_not_found',
    ],
    [
      'there is no such Connected App',
      { connectedAppId: undefined },
      false,
      'connected_app_not_found',
    ],
  ])('rejects when %s', (_, context, hasSession, name) => {
    expect(decide({ ...complete, ...context }, hasSession)).toMatchObject({ rejection: { name } })
  })

  it.each([
    ['the project itself sends it', undefined],
    ['the Member itself sends it', self],
    ['an admin sends it', admin],
  ])('allows the revoke when %s', (_, session) => {
    expect(decide({ ...complete, session }, session !== undefined)).toEqual({
      revocation: {
        projectId: 'project-1',
        organizationId: 'acme',
        memberId: 'ada',
        connectedAppId: 'notebook',
        session,
      },
    })
  })
})
