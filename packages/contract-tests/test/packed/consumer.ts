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
async function main() {
  const statuses = []
  for (const operation of allOperations) statuses.push(await call(operation))
  console.log(JSON.stringify({
    statuses,
    openapi: document.openapi,
    checked: checkDocument().every(({ outcome }) => outcome === 'passed') && parseBody('{}').value !== undefined,
    runs: typeof runContract,
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
import { checkDocument, runContract } from '@connected-apps/contract-tests'
import { parseBaseUrl } from '@connected-apps/node-http'
import { createCommand } from '@connected-apps/node-http/command'`,
  require: `const { parseBody } = require('@connected-apps/contract')
const { allOperations } = require('@connected-apps/contract/operations')
const document = require('@connected-apps/contract/openapi.json')
const { B2BClient } = require('@connected-apps/client')
const { checkDocument, runContract } = require('@connected-apps/contract-tests')
const { parseBaseUrl } = require('@connected-apps/node-http')
const { createCommand } = require('@connected-apps/node-http/command')`,
}
