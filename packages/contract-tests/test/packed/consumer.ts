/** A consumer's program that loads each entry point and calls each method of the client. */
export function consumerProgram(kind: 'import' | 'require', url: string): string {
  return `${imports[kind]}
const client = new B2BClient({ project_id: 'project-test-1', secret: 'secret-test-1', baseUrl: '${url}' })
async function call({ clientMethod, parameters, pathParameters }) {
  const method = clientMethod.split('.').reduce((parent, name) => parent[name], client)
  const ids = Object.fromEntries(pathParameters.map((name) => [name, parameters[name].example]))
  const response = await method(ids, { authorization: { session_token: 'a-session' } })
  return response.status_code
}
function revokeWith(fetch) {
  const { connectedApps } = new B2BClient({ project_id: 'project-test-1', secret: 'secret-test-1', fetch }).organizations.members
  const { connected_app_id } = scenarios.theServerFailsOnceThenRevoked
  return connectedApps.tryRevoke({ organization_id: 'organization-1', member_id: 'member-1', connected_app_id })
}
async function revokeEach() {
  const results = []
  const target = { organization_id: 'organization-1', member_id: 'member-1', connected_app_id: 'app-1' }
  const client = new B2BClient({ project_id: 'project-test-1', secret: 'secret-test-1', fetch: mockFetch() })
  for await (const { result } of revokeAll([target, target], { client })) results.push(result)
  return results
}
async function main() {
  const statuses = []
  for (const operation of allOperations) statuses.push(await call(operation))
  console.log(JSON.stringify({
    statuses,
    openapi: document.openapi,
    mocked: (await revokeWith(mockFetch())).attempts,
    checked: checkDocument().every(({ outcome }) => outcome === 'passed') && parseBody('{}').value !== undefined,
    runs: typeof runContract,
    revoked: await revokeEach(),
    baseUrl: parseBaseUrl('http://a/').url,
    command: createCommand({ name: 'a', version: '1', description: '' }).name(),
  }))
}
main()
`
}

const imports = {
  import: `import { parseBody } from '@connected-apps/contract'
import { allOperations } from '@connected-apps/contract/operations'
import document from '@connected-apps/contract/openapi.json' with { type: 'json' }
import { B2BClient } from '@connected-apps/client'
import { revokeAll } from '@connected-apps/cli'
import { checkDocument, runContract } from '@connected-apps/contract-tests'
import { scenarios } from '@connected-apps/scenarios'
import { mockFetch } from '@connected-apps/scenarios/fetch'
import { parseBaseUrl } from '@connected-apps/node-http'
import { createCommand } from '@connected-apps/node-http/command'`,
  require: `const { parseBody } = require('@connected-apps/contract')
const { allOperations } = require('@connected-apps/contract/operations')
const document = require('@connected-apps/contract/openapi.json')
const { B2BClient } = require('@connected-apps/client')
const { revokeAll } = require('@connected-apps/cli')
const { checkDocument, runContract } = require('@connected-apps/contract-tests')
const { scenarios } = require('@connected-apps/scenarios')
const { mockFetch } = require('@connected-apps/scenarios/fetch')
const { parseBaseUrl } = require('@connected-apps/node-http')
const { createCommand } = require('@connected-apps/node-http/command')`,
}

/** A consumer's program that revokes once for each response of a scenario, through MSW. */
export const mswProgram = `import { B2BClient } from '@connected-apps/client'
import { scenarios } from '@connected-apps/scenarios'
import { handlers } from '@connected-apps/scenarios/msw'
import { setupServer } from 'msw/node'
const api = handlers({ baseUrl: 'https://test.stytch.com' })
const server = setupServer(...api)
server.listen({ onUnhandledRequest: 'error' })
const client = new B2BClient({ project_id: 'project-test-1', secret: 'secret-test-1', maxRetries: 0 })
const { connected_app_id } = scenarios.tooManyRequestsTwiceThenRevoked
const ids = { organization_id: 'organization-1', member_id: 'member-1', connected_app_id }
for (let call = 0; call < 3; call += 1) await client.organizations.members.connectedApps.tryRevoke(ids)
console.log(JSON.stringify(api.engine.key().journal.list().map(({ status }) => status)))
server.close()
`
