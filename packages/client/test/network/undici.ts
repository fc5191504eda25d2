import type { B2BClientConfig } from '@connected-apps/client'
import { operations } from '@connected-apps/contract/operations'
import { onTestFinished } from 'vitest'
import { packageVersions } from '../../../../scripts/package-versions.ts'
import { connectTo } from '../client.ts'
import { fetchOrSkip } from '../fetch-or-skip.ts'
import { paramsOf } from '../operations.ts'
import { createCertificates } from './certificates.ts'

/** What the tests use of undici, which they fetch themselves. */
export interface Undici {
  fetch: (url: string, init: object) => ReturnType<NonNullable<B2BClientConfig['fetch']>>
  Agent: new (options: { connect: TlsOptions }) => Dispatcher
  ProxyAgent: new (options: ProxyOptions) => Dispatcher
  MockAgent: new () => MockAgent
  getGlobalDispatcher: () => Dispatcher
  setGlobalDispatcher: (dispatcher: Dispatcher) => void
}

export interface TlsOptions {
  ca?: string
  cert?: string
  key?: string
  maxVersion?: 'TLSv1.2'
}

export interface ProxyOptions {
  uri: string
  requestTls?: TlsOptions
}

interface Dispatcher {
  close: () => Promise<void>
}

interface MockAgent extends Dispatcher {
  disableNetConnect: () => void
  get: (origin: string) => {
    intercept: (request: { path: string; method: string }) => {
      reply: (status: number, body: unknown, options: { headers: object }) => void
    }
  }
}

/**
 * Fetches undici, and further packages, for the tests of a file. If they cannot be fetched, all of
 * the file's tests are skipped.
 */
export async function fetchUndici(dependencies: Record<string, string> = {}) {
  const { undici, selfsigned } = packageVersions
  const packages = await fetchOrSkip({ undici, selfsigned, ...dependencies })
  const { load } = packages
  let certificates: ReturnType<typeof createCertificates> | undefined

  /** Revokes with undici's `fetch` through a dispatcher, which is closed at the end of the test. */
  function revokeWith(create: (loaded: Undici) => Dispatcher, baseUrl: string) {
    const loaded: Undici = load('undici')
    const dispatcher = create(loaded)
    onTestFinished(() => dispatcher.close())
    const { tryCall } = connectTo(operations.revokeConnectedApp, baseUrl, {
      fetch: (url, init) => loaded.fetch(url, { ...init, dispatcher }),
      maxRetries: 0,
    })
    return tryCall(paramsOf(operations.revokeConnectedApp))
  }

  return {
    ...packages,
    revokeWith,
    /** Certificates that the tests of the file share. */
    certificates: () => (certificates ??= createCertificates(load('selfsigned'))),
  }
}
