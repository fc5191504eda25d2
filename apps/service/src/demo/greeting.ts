import type { DemoTokens } from './authorize.ts'
import { demo } from './project.ts'
import { describeWalk, walkText } from './walk.ts'

/** What the demo prints once it is ready: what there is, and a walk to try it. */
export function greeting(origin: string, { accessToken, refreshToken }: DemoTokens): string {
  const { steps } = describeWalk(origin)
  return `
Revoke Connected App, for real, on ${origin} (data is gone when it stops)

  project_id        ${demo.projectId}
  secret            ${demo.secret}
  organization_id   ${demo.organizationId}, ${demo.organizationSlug} or "${demo.organizationExternalId}"
  member_id         ${demo.memberId} or "${demo.memberExternalId}"
  connected_app_id  ${demo.connectedAppId}
  session_token     ${demo.sessionToken}

A Member has allowed the Connected App; its tokens are alive. What a revoke does to them, to be
pasted line by line into another terminal (also at ${origin}/demo/walk):

access=${accessToken}; refresh=${refreshToken}
${walkText(steps)}`
}
