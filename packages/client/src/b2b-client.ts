import { createMethodFactory } from './call.ts'
import type { B2BClientConfig } from './config.ts'
import { parseConfig } from './config.ts'
import { Methods } from './generated/methods.ts'
import { systemClock } from './timeouts.ts'

/**
 * Calls the API with a project's credentials. Throws a `ConnectedAppsError` of kind `argument` if
 * the config is invalid.
 *
 * @example
 * const client = new B2BClient({
 *   project_id: 'project-test-11111111-1111-4111-8111-111111111111',
 *   secret: process.env.STYTCH_SECRET ?? '',
 * })
 */
export class B2BClient extends Methods {
  constructor(config: B2BClientConfig) {
    // The config is kept in a closure only: no property reveals the secret when a client is printed.
    super(createMethodFactory(parseConfig(config), systemClock))
  }
}
