import type { HeaderParameters, PathParameters, paths } from '@connected-apps/contract'
import { path } from '@connected-apps/contract/compact'
import createClient from 'openapi-fetch'
import type { Received } from './answer.ts'
import { bodyText } from './body-text.ts'
import type { Settings } from './config.ts'

/** Sends one request, and reads the whole answer. */
export type Send = (
  ids: PathParameters,
  session: HeaderParameters,
  signal: AbortSignal,
) => Promise<Received>

/**
 * openapi-fetch writes the request, a new one each time. The answer is read here, since
 * openapi-fetch reads without a bound and loses what is empty or no JSON.
 */
export function openTransport({ baseUrl, credentials, fetch: custom }: Settings): Send {
  const api = createClient<paths>({ baseUrl })
  return async (ids, header, signal) => {
    let received: unknown
    await api.POST(path, {
      params: { path: ids, header },
      headers: { Authorization: `Basic ${credentials}` },
      body: {},
      redirect: 'manual',
      signal,
      fetch: async (request) => {
        // Looked up for each request, so that what replaces the global fetch later is used.
        const fetch = custom ?? globalThis.fetch
        const response = await fetch(request)
        received = { response, text: await bodyText(response) }
        return new Response(null, { status: 204 })
      },
    })
    return received as Received // openapi-fetch has called fetch, or thrown
  }
}
