import { isDeepStrictEqual } from 'node:util'
import type Provider from 'oidc-provider'
import type { RequestHandler } from '../server/request-scope.ts'
import type { OAuthOptions } from './provider.ts'
import { createProvider } from './provider.ts'
import { loadServerKeys } from './server-keys.ts'

/** The OAuth server of this instance, whose provider is replaced when the keys change. */
export interface OAuthServer {
  /** The provider with the current keys. A pending request keeps the one that it began with. */
  provider: () => Provider
  handle: RequestHandler
  /** Reloads the keys at an interval, until it is stopped. */
  startReloading: (intervalMs: number) => { stop: () => Promise<void> }
}

/**
 * Creates the OAuth server. The keys of oidc-provider's Provider can't be changed, so a new one is
 * created for new keys. The old one can be dropped, since all state is in the database.
 */
export function createOAuthServer(options: OAuthOptions): OAuthServer {
  let { keys } = options
  let provider = createProvider(options)
  let handle = provider.callback()

  async function reload(): Promise<void> {
    try {
      const loaded = await loadServerKeys(options.database)
      if (isDeepStrictEqual(loaded, keys)) return
      provider = createProvider({ ...options, keys: loaded })
      handle = provider.callback()
      keys = loaded
    } catch (error) {
      options.logger.error(
        { err: error },
        'reloading the keys of ID tokens and cookies failed; it will be retried',
      )
    }
  }

  return {
    provider: () => provider,
    handle: (request, response) => handle(request, response),
    // Not by LISTEN, since a connection pooler of transactions does not support it.
    startReloading(intervalMs) {
      let running: Promise<void> | undefined
      const timer = setInterval(() => {
        running ??= reload().finally(() => (running = undefined))
      }, intervalMs)
      timer.unref()
      return {
        async stop() {
          clearInterval(timer)
          await running
        },
      }
    },
  }
}
