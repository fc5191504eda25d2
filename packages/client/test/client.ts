import type { B2BClientConfig } from '@connected-apps/client'
import { B2BClient, createClient } from '@connected-apps/client'
import type { Operation, OperationId } from '@connected-apps/contract'
import type { Result } from '../src/client.ts'
import type { CallOptions } from '../src/options.ts'
import type { Params } from '../src/params.ts'
import type { SuccessBody } from '../src/response.ts'
import { tryNameOf } from './operations.ts'

export const credentials = {
  project_id: 'project-test-11111111-1111-4111-8111-111111111111',
  secret: 'secret-test-Zm9vYmFyYmF6cXV4',
}

/** Both ways to create a client, by the names that messages have for them. */
export const clientFactories = [
  ['B2BClient', (config?: B2BClientConfig) => new B2BClient(config)],
  ['createClient', (config?: B2BClientConfig) => createClient(config)],
] as const

/** A method of the client, typed as what those of all operations have in common. */
export type AnyMethod<Resolved = SuccessBody<OperationId>> = (
  params: Params<OperationId>,
  options?: CallOptions,
) => Promise<Resolved>

/** A method of the client and its twin, typed as what those of all operations have in common. */
export interface MethodPair {
  call: AnyMethod
  tryCall: AnyMethod<Result<OperationId>>
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
  const tryCall: unknown = Reflect.get(namespace, tryNameOf(method))
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

/** What a function throws. */
export function thrownBy(work: () => unknown): unknown {
  try {
    work()
  } catch (error) {
    return error
  }
  throw new Error('did not throw')
}
