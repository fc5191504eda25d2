/** A consumer's program that loads each entry point and sends a revoke. */
export function consumerProgram(kind: 'import' | 'require', url: string): string {
  return `${imports[kind]}
const client = new B2BClient({ project_id: 'project-test-1', secret: 'secret-test-1', baseUrl: '${url}' })
client.organizations.members.connectedApps
  .revoke(pathParameterExamples, { authorization: { session_token: 'a-session' } })
  .then((response) => {
    console.log(JSON.stringify({
      ...response,
      method: operation.method,
      openapi: document.openapi,
      parameter: checkParameter('member_id', '..').length,
      checked: checkDocument().length > 0,
      runs: typeof runContract,
    }))
  })
`
}

const imports = {
  import: `import { operation } from '@connected-apps/contract'
import { pathParameterExamples } from '@connected-apps/contract/examples'
import { checkParameter } from '@connected-apps/contract/request'
import document from '@connected-apps/contract/openapi.json' with { type: 'json' }
import { B2BClient } from '@connected-apps/client'
import { checkDocument, runContract } from '@connected-apps/contract-tests'`,
  require: `const { operation } = require('@connected-apps/contract')
const { pathParameterExamples } = require('@connected-apps/contract/examples')
const { checkParameter } = require('@connected-apps/contract/request')
const document = require('@connected-apps/contract/openapi.json')
const { B2BClient } = require('@connected-apps/client')
const { checkDocument, runContract } = require('@connected-apps/contract-tests')`,
}
