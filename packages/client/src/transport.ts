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
  const api = createClient<paths>({ baseUrl, Request: Draft as unknown as typeof Request }) // see there
  return async (ids, header, signal) => {
    let received: unknown
    await api.POST(path, {
      params: { path: ids, header },
      headers: { Authorization: `Basic ${credentials}` },
      body: {},
      redirect: 'manual',
      signal,
      fetch: async (request) => {
        const { url, init } = request as unknown as ReturnType<typeof Draft> // which it was made as
        // The global one is looked up for each request, so that what replaces it later is used.
        const response = await (custom ? custom(new Request(url, init)) : fetch(url, init))
        received = { response, text: await bodyText(response) }
        return new Response(null, { status: 204 })
      },
    })
    return received as Received // openapi-fetch has called fetch, or thrown
  }
}

/**
 * What openapi-fetch makes in place of a `Request`. The global fetch takes the parts for half the
 * work, since it would copy a `Request` with its body and its signal.
 */
function Draft(url: string, init: RequestInit) {
  return { url, init } // what `new` makes of a function that returns an object
}
