import { createClientFrom } from './client.ts'
import type { B2BClientConfig } from './config.ts'
import { parseConfig } from './config.ts'
import { Methods } from './generated/methods.ts'
import { systemClock } from './timeouts.ts'

// A module of its own: not every bundler drops an unused class that extends another one, which would
// put the methods of all operations into the bundle of a single function.

/**
 * Calls the API with a project's credentials, by default those of the environment. Throws a
 * `ConnectedAppsError` of kind `argument` if the config is invalid.
 *
 * @example
 * const client = new B2BClient() // with the environment's STYTCH_PROJECT_ID and STYTCH_SECRET
 */
export class B2BClient extends Methods {
  constructor(config?: B2BClientConfig) {
    // The config is kept in a closure only: no property reveals the secret when a client is printed.
    super(createClientFrom(parseConfig(config, 'B2BClient'), systemClock))
  }
}
