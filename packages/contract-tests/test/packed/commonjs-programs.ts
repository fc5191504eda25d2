/** Revokes, and prints the status of the response and what it finds at the contract's subpaths. */
export function commonJsProgram(url: string, operationNames: string[]): string {
  const imports = operationNames.map(
    (name, index) =>
      `import * as operation${index} from '@connected-apps/contract/operations/${name}'\n`,
  )
  return `import { B2BClient, ConnectedAppsError } from '@connected-apps/client'
import { parseBody } from '@connected-apps/contract'
import { allOperations } from '@connected-apps/contract/operations'
import document from '@connected-apps/contract/openapi.json'
${imports.join('')}
async function main(): Promise<void> {
  const client = new B2BClient({ project_id: 'project-test-1', secret: 'secret-test-1', baseUrl: '${url}' })
  const ids = { organization_id: 'organization-1', member_id: 'member-1', connected_app_id: 'app-1' }
  const { connectedApps } = client.organizations.members
  const { status_code } = await connectedApps.revoke(ids)
  const error: unknown = await connectedApps.revoke({ ...ids, member_id: '..' }).catch((reason) => reason)
  const subpaths: object[] = [${imports.map((_, index) => `operation${index}`).join(', ')}]
  console.log(JSON.stringify({
    status_code,
    error: error instanceof ConnectedAppsError && error.kind,
    body: parseBody('{}'),
    openapi: document.openapi,
    subpaths: subpaths.flatMap(Object.keys),
    operations: allOperations.map(({ operationId }) => operationId),
  }))
}
void main()
`
}

/** A test as users of Jest write it without a transform of their own. */
export function jestTest(url: string): string {
  return `const { B2BClient } = require('@connected-apps/client')

test('the member leaves the app', async () => {
  const client = new B2BClient({ project_id: 'project-test-1', secret: 'secret-test-1', baseUrl: '${url}' })
  const ids = { organization_id: 'organization-1', member_id: 'member-1', connected_app_id: 'app-1' }
  const { status_code } = await client.organizations.members.connectedApps.revoke(ids)
  expect(status_code).toBe(200)
})
`
}

/** Loads both copies of the client, and prints whether each recognizes the errors and clients of the other. */
export function copiesProgram(url: string): string {
  return `import { createRequire } from 'node:module'
import * as esModule from '@connected-apps/client'
const commonJs = createRequire(import.meta.url)('@connected-apps/client')
const config = { project_id: 'project-test-1', secret: 'secret-test-1', baseUrl: '${url}' }
const ids = { organization_id: 'organization-1', member_id: 'member-1', connected_app_id: 'app-1' }
async function use(copy, other) {
  const client = copy.createClient(config)
  const { ok, error } = await copy.tryRevoke(client, { ...ids, member_id: '..' })
  return {
    ok,
    isErrorOfOwn: error instanceof copy.ConnectedAppsError,
    isErrorOfOther: error instanceof other.ConnectedAppsError,
    isClientOfOther: (await other.revoke(client, ids)).status_code === 200,
  }
}
console.log(JSON.stringify({
  areTwo: esModule.ConnectedAppsError !== commonJs.ConnectedAppsError,
  results: [await use(esModule, commonJs), await use(commonJs, esModule)],
}))
`
}
