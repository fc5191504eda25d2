// oidc-provider as the service configures it, with the same log and metrics, but without the endpoint
// that introspects in front of it.
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createProvider } from '../src/oauth/provider.ts'
import { loadServerKeys } from '../src/oauth/server-keys.ts'
import { Database } from '../src/postgres/database.ts'
import { createLogger, logRequest } from '../src/server/logger.ts'
import type { Observe } from '../src/server/metrics.ts'
import { Metrics } from '../src/server/metrics.ts'

process.once('message', async ({ databaseUrl }: { databaseUrl: string }) => {
  const logger = createLogger('info')
  const onError = (error: Error): void => logger.error({ err: error })
  const database = new Database({ url: databaseUrl, poolSize: 10, onError })
  const keys = await loadServerKeys(database)
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}` // not a pipe
  const metrics = new Metrics(database.pool)
  const observe: Observe = (observation) => {
    metrics.observe(observation)
    logRequest(logger, observation)
  }
  const provider = createProvider({ database, issuer, keys, observe, onError })
  server.on('request', provider.callback())
  process.send?.(issuer)
})
