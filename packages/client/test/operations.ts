import type { Example, Operation, OperationId } from '@connected-apps/contract'
import { allOperations } from '@connected-apps/contract/operations'
import type { Authorization } from '../src/options.ts'
import type { Params } from '../src/params.ts'

/** The operations whose failed attempts are retried, each as a case of a test. */
export const retriedOperations = allOperations.filter(({ safety }) => safety !== 'unsafe')

/** Which example of an operation a test is about. */
export type ExampleKind =
  | 'success'
  /** The credentials are wrong: an error that is not retried. */
  | 'unauthorized'
  | 'rate limit'
  | 'server failure'

/** The parameters of a call, as the contract has them in its examples. */
export function paramsOf({ parameters, pathParameters }: Operation): Params<OperationId> {
  const params = pathParameters.map((name) => [name, parameters[name]?.example])
  return Object.fromEntries(params) as Params<OperationId> // safe: they are those of the operation
}

/** The first path parameter. Every operation has one. */
export function firstIdOf({ pathParameters }: Operation): string {
  const [name = ''] = pathParameters
  return name
}

/** The name of the operation's method and function, as messages begin with it. */
export function methodNameOf({ clientMethod }: Operation): string {
  return clientMethod.slice(clientMethod.lastIndexOf('.') + 1)
}

/** The name of the no-throw twin of a method. */
export function tryNameOf(methodName: string): string {
  return `try${methodName.charAt(0).toUpperCase()}${methodName.slice(1)}`
}

/** A way to send a session: the option of the call, and the header that it becomes. */
export interface Session {
  authorization: Authorization
  header: string
  value: string
}

/** Every way in which the operation accepts a session. */
export function sessionsOf({ parameters, sessionHeaders }: Operation): Session[] {
  return Object.entries(sessionHeaders).map(([form, header]) => {
    const value = String(parameters[header]?.example)
    const authorization = { [`session_${form}`]: value } as unknown as Authorization // token or jwt
    return { authorization, header: header.toLowerCase(), value }
  })
}

export function exampleOf(operation: Operation, kind: ExampleKind): Example {
  const { examples, security, successStatus } = operation
  const example =
    kind === 'unauthorized'
      ? examples[security[0]?.example ?? '']
      : Object.values(examples).find(({ status, trigger }) =>
          kind === 'success'
            ? status === successStatus
            : trigger === (kind === 'rate limit' ? 'limit' : 'failure'),
        )
  if (!example) throw new Error(`${operation.operationId} has no example of a ${kind}`)
  return example
}

/** The body of such an example. */
export function bodyOf(operation: Operation, kind: ExampleKind): Record<string, unknown> {
  return { ...Object(exampleOf(operation, kind).body) }
}
