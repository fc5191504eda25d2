import type { HeaderParameters, paths, PathParameters } from '@connected-apps/contract'
import { operation } from '@connected-apps/contract'
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
export function openTransport({ baseUrl, basic, fetch: custom }: Settings): Send {
  const api = createClient<paths>({ baseUrl })
  return async (path, header, signal) => {
    let received: Received | undefined
    await api.POST(operation.path, {
      params: { path, header },
      headers: { Accept: operation.mediaType, Authorization: basic },
      body: {},
      redirect: 'manual',
      signal,
      fetch: async (request) => {
        // Looked up for each request, so that what replaces the global fetch later is used.
        const fetch = custom ?? globalThis.fetch
        received = await read(await fetch(request))
        return new Response(null, { status: 204 })
      },
    })
    if (!received) throw new Error('openapi-fetch ended without a request')
    return received
  }
}

async function read(response: Response): Promise<Received> {
  const { headers, redirected, status, type } = response
  const isRedirect = redirected || type === 'opaqueredirect' || (status >= 300 && status < 400)
  if (isRedirect) await response.body?.cancel()
  return {
    status,
    isRedirect,
    mediaType: (headers.get('content-type') ?? '').split(';', 1).join().trim().toLowerCase(),
    retryAfter: headers.get('retry-after'),
    text: isRedirect ? '' : await bodyText(response),
  }
}
