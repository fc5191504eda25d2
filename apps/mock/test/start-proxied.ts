import { exampleBody } from '@connected-apps/contract/examples'
import { afterAll, beforeEach } from 'vitest'
import { startProxy } from '../src/index.ts'
import type { Proxy } from '../src/index.ts'
import { examplesOf } from '../src/scenarios/choose-example.ts'
import { startProvider } from './provider.ts'
import type { Provider } from './provider.ts'

export const json = { 'content-type': 'application/json' }

/** The body of a successful revoke. */
export const revoked = JSON.stringify(exampleBody('revoked'))

/** A valid body for a status, which a test may change. */
export function bodyOf(status: number): Record<string, unknown> {
  const [example] = examplesOf(status)
  if (!example) throw new Error(`no example for ${status}`)
  return { ...exampleBody(example) }
}

/** Starts a proxy for the tests of one file. Before each test, its provider sends a valid 200 again. */
export async function startProxied(): Promise<{ provider: Provider; proxy: Proxy }> {
  const provider = await startProvider()
  const proxy = await startProxy({ upstream: provider.url })
  beforeEach(() => {
    proxy.reset()
    provider.requests.length = 0
    provider.respond = (response) => response.writeHead(200, json).end(revoked)
  })
  afterAll(async () => {
    await proxy.close()
    await provider.close()
  })
  return { provider, proxy }
}
