import { createHash, randomBytes } from 'node:crypto'
import { expandPath, operation } from '@connected-apps/contract'
import { demo, demoCallbackPath } from './project.ts'

/** A step of the walk: what it shows, and the commands that show it. */
export interface Step {
  says: string
  commands: string[]
}

/** The walk's first part makes tokens, its second part ends them and makes new ones. */
export interface Walk {
  authorize: Step
  steps: Step[]
}

/**
 * What a revoke does, as lines for a shell. They need nothing but curl and sed, and share the
 * variables `access` and `refresh`.
 */
export function describeWalk(origin: string): Walk {
  const authorize = { says: 'authorize: sign in, allow, exchange the code', commands: flow(origin) }
  const introspect = (says: string): Step => ({
    says,
    commands: [
      `curl -s ${origin}/oauth2/introspect -d client_id=${demo.connectedAppId} -d token=$access; echo`,
    ],
  })
  const path = expandPath({
    organization_id: demo.organizationId,
    member_id: demo.memberId,
    connected_app_id: demo.connectedAppId,
  })
  return {
    authorize,
    steps: [
      introspect('the access token is alive: "active":true'),
      {
        says: 'revoke: 200',
        commands: [
          `curl -s -X ${operation.method} -u ${demo.projectId}:${demo.secret} ${origin}${path}; echo`,
        ],
      },
      introspect('the same token is dead: "active":false'),
      {
        says: 'so is its refresh token: invalid_grant',
        commands: [
          `curl -s ${origin}/oauth2/token -d client_id=${demo.connectedAppId} -d grant_type=refresh_token -d refresh_token=$refresh; echo`,
        ],
      },
      { says: 'until the Member allows it again', commands: authorize.commands },
      introspect('the new token is alive: "active":true'),
    ],
  }
}

/** A whole authorization flow with curl in the parts of the browser and of the Connected App. */
function flow(origin: string): string[] {
  const redirectUri = origin + demoCallbackPath
  const verifier = randomBytes(32).toString('base64url')
  const query = new URLSearchParams({
    client_id: demo.connectedAppId,
    response_type: 'code',
    scope: 'openid profile',
    redirect_uri: redirectUri,
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
  })
  const cookies = '-b "$jar" -c "$jar"'
  const follow = `curl -sL ${cookies} -o /dev/null -w '%{url_effective}'`
  return [
    'jar=$(mktemp)',
    `login=$(${follow} '${origin}/oauth2/authorize?${query.toString()}')`,
    `consent=$(${follow} "$login" -d session_token=${demo.sessionToken})`,
    `code=$(curl -sL ${cookies} "$consent" -d decision=approve)`,
    `tokens=$(curl -s ${origin}/oauth2/token -d client_id=${demo.connectedAppId} -d grant_type=authorization_code -d redirect_uri=${redirectUri} -d code_verifier=${verifier} -d code=$code)`,
    String.raw`access=$(echo "$tokens" | sed 's/.*"access_token":"\([^"]*\).*/\1/'); refresh=$(echo "$tokens" | sed 's/.*"refresh_token":"\([^"]*\).*/\1/')`,
  ]
}

/** The steps as text that a shell takes as it is. Zsh knows no comments in what is pasted. */
export function walkText(steps: Step[]): string {
  return steps.flatMap(({ says, commands }) => [`echo '${says}'`, ...commands, '']).join('\n')
}
