import { B2BClient } from '@connected-apps/client'
import type { paths } from '@connected-apps/contract'
import { expandPath, operation } from '@connected-apps/contract'
import {
  headerParameterExamples,
  pathParameterExamples as ids,
} from '@connected-apps/contract/examples'
import createClient from 'openapi-fetch'
import stytch from 'stytch'

const session_token = headerParameterExamples['X-Stytch-Member-Session']
const credentials = { project_id: 'project-test-bench', secret: 'secret-test-bench' }
const headers = {
  Authorization: `Basic ${btoa(`${credentials.project_id}:${credentials.secret}`)}`,
}

/** The same call with each client. Bare fetch is first, as the baseline for the others. */
export function createCalls(url: string): Record<string, () => Promise<unknown>> {
  const client = new B2BClient({ ...credentials, baseUrl: url })
  const api = createClient<paths>({ baseUrl: url })
  const official = new stytch.B2BClient({ ...credentials, env: `${url}/` })
  const session = { authorization: { session_token } }
  return {
    'bare fetch': async () => {
      const response = await fetch(url + expandPath(ids), {
        method: 'POST',
        headers: {
          ...headers,
          'Content-Type': operation.mediaType,
          'X-Stytch-Member-Session': session_token,
        },
        body: '{}',
      })
      return response.json()
    },
    'openapi-fetch': () =>
      api.POST(operation.path, {
        params: { path: ids, header: { 'X-Stytch-Member-Session': session_token } },
        headers,
        body: {},
      }),
    '@connected-apps/client': () => client.organizations.members.connectedApps.revoke(ids, session),
    stytch: () => official.organizations.members.connectedApps.revoke(ids, session),
  }
}
