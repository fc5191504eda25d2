import { exampleBody } from '@connected-apps/contract/examples'
import { afterAll, beforeEach } from 'vitest'
import { startProxy } from '../src/index.ts'
import type { Proxy } from '../src/index.ts'
import { examplesOf } from '../src/known-examples.ts'
import { startProvider } from './provider.ts'
import type { Provider } from './provider.ts'

export const json = { 'content-type': 'application/json' }

/** The body of a revoke, as bytes. */
export const revoked = JSON.stringify(exampleBody('revoked'))

/** The body that is right for a status, for a test to change. */
export function bodyOf(status: number): Record<string, unknown> {
  const [example] = examplesOf(status)
  if (!example) throw new Error(`no example for ${status}`)
  return { ...exampleBody(example) }
}

/** A proxy for the tests of one file. Before each, its provider answers 200 as the contract says. */
export async function startProxied(): Promise<{ provider: Provider; proxy: Proxy }> {
  const provider = await startProvider()
  const proxy = await startProxy({ upstream: provider.url })
  beforeEach(() => {
    proxy.reset()
    provider.requests.length = 0
    provider.answer = (response) => response.writeHead(200, json).end(revoked)
  })
  afterAll(async () => {
    await proxy.close()
    await provider.close()
  })
  return { provider, proxy }
}
