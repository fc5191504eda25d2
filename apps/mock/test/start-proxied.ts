import { examplesOf } from '@connected-apps/scenarios'
import { afterAll, beforeEach } from 'vitest'
import { startProxy } from '../src/index.ts'
import type { Proxy } from '../src/index.ts'
import { anyOperation, first, responseOf, successOf } from './operations.ts'
import { startProvider } from './provider.ts'
import type { Provider } from './provider.ts'

export const json = { 'content-type': anyOperation.mediaType }

/** The headers that the contract requires of a status. */
export function headersOf(status: number): Record<string, string> {
  const declared = Object.entries(anyOperation.responseHeaders[status] ?? {})
  const required = declared.filter(([, header]) => header.required)
  return {
    ...json,
    ...Object.fromEntries(required.map(([name, { example }]) => [name, String(example)])),
  }
}

/** The body of a success. */
export const successBody = JSON.stringify(responseOf(anyOperation, successOf(anyOperation)).body)

/** A valid body for a status, which a test may change. */
export function bodyOf(status: number): Record<string, unknown> {
  const { body } = responseOf(anyOperation, first(examplesOf(anyOperation, status)))
  return { ...(body as object) } // the contract's bodies are objects
}

/** Starts a proxy for the tests of one file. Before each test, its provider sends a success again. */
export async function startProxied(): Promise<{ provider: Provider; proxy: Proxy }> {
  const provider = await startProvider()
  const proxy = await startProxy({ upstream: provider.url })
  beforeEach(() => {
    proxy.reset()
    provider.requests.length = 0
    provider.respond = (response) =>
      response
        .writeHead(anyOperation.successStatus, headersOf(anyOperation.successStatus))
        .end(successBody)
  })
  afterAll(async () => {
    await proxy.close()
    await provider.close()
  })
  return { provider, proxy }
}
