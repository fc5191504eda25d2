// oidc-provider as the service configures it, with the same log and metrics, but without the endpoint
// that introspects in front of it.
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createProvider } from '../src/oauth/provider.ts'
import { loadServerKeys } from '../src/oauth/server-keys.ts'
import { Database } from '../src/postgres/database.ts'
import { createLogger } from '../src/server/logger.ts'
import { Metrics } from '../src/server/metrics.ts'
import { createObserve } from '../src/server/observe.ts'
import { withRequestScope } from '../src/server/request-scope.ts'

process.once('message', async ({ databaseUrl }: { databaseUrl: string }) => {
  const logger = createLogger('info')
  const onError = (error: Error): void => logger.error({ err: error })
  const database = new Database({ url: databaseUrl, poolSize: 10, onError })
  const keys = await loadServerKeys(database)
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}` // not a pipe
  const observe = createObserve(new Metrics(), logger)
  const options = { database, issuer, keys, refreshReuseSeconds: 0, observe, logger }
  server.on('request', withRequestScope(createProvider(options).callback()))
  process.send?.(issuer)
})
