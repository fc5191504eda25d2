import type { ClientOperation, OperationId } from '@connected-apps/contract'
import { createCallOperation } from './call.ts'
import type { B2BClientConfig, ResolvedConfig } from './config.ts'
import { parseConfig } from './config.ts'
import type { ConnectedAppsError } from './errors.ts'
import type { CallArguments, CallOptions } from './options.ts'
import type { Params } from './params.ts'
import type { SuccessBody } from './response.ts'
import type { Clock } from './timeouts.ts'
import { systemClock } from './timeouts.ts'

/** What a method that never throws resolves to. */
export type Result<Id extends OperationId> =
  | {
      ok: true
      body: SuccessBody<Id>
      /** How many requests were sent; a response before the last one may have been lost. */
      attempts: number
    }
  | { ok: false; error: ConnectedAppsError<Id> }

/** A method of the client. Rejects with a {@link ConnectedAppsError}. */
export type Method<Id extends OperationId> = (
  ...args: CallArguments<Id>
) => Promise<SuccessBody<Id>>

/** Like {@link Method}, but a failure is part of the result. */
export type TryMethod<Id extends OperationId> = (...args: CallArguments<Id>) => Promise<Result<Id>>

/** Calls the API with a project's credentials. It has no property that reveals them when it is printed. */
export interface Client {
  /** Calls an operation of the contract. Rejects with a {@link ConnectedAppsError}. */
  call<Id extends OperationId>(
    operation: ClientOperation<Id>,
    params: Params<Id>,
    options?: CallOptions<Id>,
  ): Promise<SuccessBody<Id>>
  /** Like `call`, but a failure is part of the result. */
  tryCall<Id extends OperationId>(
    operation: ClientOperation<Id>,
    params: Params<Id>,
    options?: CallOptions<Id>,
  ): Promise<Result<Id>>
}

/**
 * Creates a client for the functions of this package, one per operation: a bundle contains only
 * those that are used. Throws a `ConnectedAppsError` of kind `argument` if the config is invalid.
 *
 * @example
 * const client = createClient() // with the environment's STYTCH_PROJECT_ID and STYTCH_SECRET
 * await revoke(client, { organization_id, member_id, connected_app_id })
 */
export function createClient(config?: B2BClientConfig): Client {
  return createClientFrom(parseConfig(config, 'createClient'), systemClock)
}

/** Creates a client from a validated config. */
export function createClientFrom(config: ResolvedConfig, clock: Clock): Client {
  const call = createCallOperation(config, clock)
  return {
    async call(operation, params, options) {
      const { body } = await call(operation, params, options)
      return body
    },
    tryCall<Id extends OperationId>(
      operation: ClientOperation<Id>,
      params: unknown,
      options: unknown,
    ): Promise<Result<Id>> {
      return call(operation, params, options).then(
        ({ body, attempts }) => ({ ok: true, body, attempts }),
        (error: ConnectedAppsError<Id>) => ({ ok: false, error }), // calls reject with nothing else
      )
    },
  }
}
