import type { ClientOperation } from '@connected-apps/contract'
import { createFinalURL, createQuerySerializer, defaultPathSerializer } from 'openapi-fetch'
import type { ResolvedConfig } from './config.ts'
import type { FetchInit, FetchResponse } from './fetch.ts'
import { readText } from './fetch.ts'
import { ATTEMPT_HEADER } from './headers.ts'
import { EmptyObject } from './input.ts'
import { defaultMaxResponseBytes } from './limits.ts'
import type { ResolvedOptions } from './options.ts'
import type { ParsedParams } from './params.ts'
import { isBrowser } from './runtime.ts'

/** A response with its body, before it is parsed. */
export interface RawResponse {
  response: FetchResponse
  /** Undefined if the body exceeds the maximum. */
  text: string | undefined
}

/** Sends the request of a call, and reads the response to its end. */
export type Send = (attempt: number, controller: AbortController) => Promise<RawResponse>

/** Prepares the request of a call. */
export type Prepare = (
  operation: ClientOperation,
  params: ParsedParams,
  options: ResolvedOptions,
) => Send

/**
 * The URLs are built by openapi-fetch. Its own `request` is not used: it reads bodies without a
 * limit, loses those that are empty or not JSON, and takes options from a polluted Object.prototype.
 */
export function createTransport(config: ResolvedConfig): Prepare {
  const { baseUrl, fetch: customFetch } = config
  const querySerializer = createQuerySerializer()
  const inBrowser = isBrowser()

  return (operation, { values, query, body, mediaType }, { headers: callHeaders, limits }) => {
    const url = createFinalURL(operation.path, {
      baseUrl,
      params: { path: values, query },
      querySerializer,
      pathSerializer: defaultPathSerializer,
    })
    const headers = { ...callHeaders }
    if (mediaType) headers['content-type'] = mediaType
    const maxBytes = limits.maxResponseBytes ?? defaultMaxResponseBytes(operation)

    return async (attempt, controller) => {
      const init = new EmptyObject<FetchInit>()
      init.method = operation.method
      init.headers = inBrowser ? headers : { ...headers, [ATTEMPT_HEADER]: `${attempt}` }
      if (body !== undefined) init.body = body
      init.redirect = 'manual'
      // Cloudflare Workers with an old compatibility date throw on `cache`; they have no cache to bypass.
      if (typeof Request !== 'undefined' && 'cache' in Request.prototype) init.cache = 'no-store'
      init.signal = controller.signal
      // The global fetch is looked up for each request, so that a later replacement is used.
      const response = await (customFetch ?? fetch)(url, init)
      const text = await readText(response, maxBytes, controller.signal)
      // Not every implementation of `fetch` closes the connection of a body that is cancelled.
      if (text === undefined) controller.abort()
      return { response, text }
    }
  }
}
