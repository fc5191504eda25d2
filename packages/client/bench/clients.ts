import { B2BClient } from '@connected-apps/client'
import type { Operation, paths } from '@connected-apps/contract'
import { expandPath } from '@connected-apps/contract'
import createClient from 'openapi-fetch'
import stytch from 'stytch'
import { methodsOf } from '../test/client.ts'
import { paramsOf, sessionsOf } from '../test/operations.ts'

const credentials = { project_id: 'project-test-bench', secret: 'secret-test-bench' }
const basicAuth = {
  Authorization: `Basic ${btoa(`${credentials.project_id}:${credentials.secret}`)}`,
}

/** The same call with each client. Bare fetch is first, as the baseline for the others. */
export function createCalls(
  url: string,
  operation: Operation,
): Record<string, () => Promise<unknown>> {
  const { call } = methodsOf(new B2BClient({ ...credentials, baseUrl: url }), operation)
  const api = createClient<paths>({ baseUrl: url })
  const official = new stytch.B2BClient({ ...credentials, env: `${url}/` })
  const officialCall = methodAt(official, operation.clientMethod)

  const params = paramsOf(operation)
  const [session] = sessionsOf(operation)
  const options = session && { authorization: session.authorization }
  const sessionHeader = session && { [session.header]: session.value }
  const { method, path, requestBody } = operation
  const contentType = requestBody && { 'Content-Type': requestBody.mediaType }
  return {
    'bare fetch': async () => {
      const response = await fetch(url + expandPath(operation, params), {
        method,
        headers: { ...basicAuth, ...contentType, ...sessionHeader },
        body: requestBody ? '{}' : null,
      })
      return response.json()
    },
    'openapi-fetch': () =>
      // The path and the method fit each other, which only the types of one operation could tell.
      api.request(
        method as never,
        path as never,
        {
          params: { path: params },
          headers: { ...basicAuth, ...sessionHeader },
          body: requestBody && {},
        } as never,
      ),
    '@connected-apps/client': () => call(params, options),
    stytch: () => officialCall(params, options),
  }
}

/** The method at a path. The official client has those of the contract where the contract says. */
function methodAt(client: object, path: string): (...args: unknown[]) => Promise<unknown> {
  const names = path.split('.')
  const method = names.pop() ?? ''
  const owner = names.reduce<object>((outer, name) => Object(Reflect.get(outer, name)), client)
  // Its methods use `this`, so each is called on the object that has it.
  return (...args) => Reflect.get(owner, method).apply(owner, args)
}
