import type { B2BClientConfig } from '@connected-apps/client'
import { B2BClient } from '@connected-apps/client'
import type { Operation, OperationId } from '@connected-apps/contract'
import type { Method, TryMethod } from '../src/call.ts'

export const credentials = {
  project_id: 'project-test-11111111-1111-4111-8111-111111111111',
  secret: 'secret-test-Zm9vYmFyYmF6cXV4',
}

/** A method of the client and its twin, typed as what those of all operations have in common. */
export interface MethodPair {
  call: Method<OperationId>
  tryCall: TryMethod<OperationId>
}

/** An operation's methods of a client with the credentials above. */
export function connectTo(
  operation: Operation,
  baseUrl: string,
  config: Partial<B2BClientConfig> = {},
): MethodPair {
  return methodsOf(new B2BClient({ ...credentials, baseUrl, ...config }), operation)
}

/** An operation's methods of a client, found where the contract says they are. */
export function methodsOf(client: B2BClient, { clientMethod }: Operation): MethodPair {
  const names = clientMethod.split('.')
  const method = names.pop() ?? ''
  const namespace = names.reduce<object>((outer, name) => Object(Reflect.get(outer, name)), client)
  const call: unknown = Reflect.get(namespace, method)
  const tryCall: unknown = Reflect.get(namespace, `try${capitalize(method)}`)
  return { call, tryCall } as MethodPair // the type tests check the methods of every operation
}

/** What a promise is rejected with. */
export async function rejectionOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => {
      throw new Error('was not rejected')
    },
    (error: unknown) => error,
  )
}

function capitalize(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1)
}
