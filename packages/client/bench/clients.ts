import type { Operation, paths } from '@connected-apps/contract'
import { expandPath } from '@connected-apps/contract'
import { paramsOf, sessionsOf } from '../test/operations.ts'

/** The same call, made with one client. */
export type Call = () => Promise<unknown>

const credentials = { project_id: 'project-test-bench', secret: 'secret-test-bench' }
const authorization = `Basic ${btoa(`${credentials.project_id}:${credentials.secret}`)}`

/** Creates the call of each client. Its package is loaded only then, so that a process can load just one. */
export const clients = {
  'bare fetch': (url, operation) => {
    const { method, requestBody } = operation
    const { params, session } = argumentsFor(operation)
    const contentType = requestBody && { 'Content-Type': requestBody.mediaType }
    return async () => {
      const response = await fetch(url + expandPath(operation, params), {
        method,
        headers: { Authorization: authorization, ...contentType, ...session?.headers },
        body: requestBody ? '{}' : null,
      })
      return response.json()
    }
  },
  'openapi-fetch': async (url, operation) => {
    const { default: createClient } = await import('openapi-fetch')
    const api = createClient<paths>({ baseUrl: url })
    const { params, session } = argumentsFor(operation)
    return () =>
      // Safe: path and method belong together, which only the types of a particular operation can show.
      api.request(
        operation.method as never,
        operation.path as never,
        {
          params: { path: params },
          headers: { Authorization: authorization, ...session?.headers },
          body: operation.requestBody && {},
        } as never,
      )
  },
  '@connected-apps/client': async (url, operation) => {
    const { B2BClient } = await import('@connected-apps/client')
    const call = methodOf(new B2BClient({ ...credentials, baseUrl: url }), operation)
    const { params, session } = argumentsFor(operation)
    return () => call(params, session?.options)
  },
  stytch: async (url, operation) => {
    const { default: stytch } = await import('stytch')
    const call = methodOf(new stytch.B2BClient({ ...credentials, env: `${url}/` }), operation)
    const { params, session } = argumentsFor(operation)
    return () => call(params, session?.options)
  },
} satisfies Record<string, (url: string, operation: Operation) => Call | Promise<Call>>

export type ClientName = keyof typeof clients

/** Bare fetch is the first, as the baseline for the others. */
export const clientNames = Object.keys(clients) as ClientName[] // it has no other keys

function argumentsFor(operation: Operation) {
  const [session] = sessionsOf(operation)
  return {
    params: paramsOf(operation),
    session: session && {
      options: { authorization: session.authorization },
      headers: { [session.header]: session.value },
    },
  }
}

/** The method of an operation. The official client has it at the same path. */
function methodOf(
  client: object,
  { clientMethod }: Operation,
): (...args: unknown[]) => Promise<unknown> {
  const names = clientMethod.split('.')
  const method = names.pop() ?? ''
  const owner = names.reduce<object>((outer, name) => Object(Reflect.get(outer, name)), client)
  // The methods of the official client use `this`, so each is called on the object that has it.
  return (...args) => Reflect.get(owner, method).apply(owner, args)
}
