import { matchOperation } from '@connected-apps/contract/operations'
import { http } from 'msw'
import type { HttpHandler } from 'msw'
import { ScenarioEngine } from './engine.ts'
import { respondToRequest } from './respond-to-request.ts'
import { readTarget } from './target.ts'

/** For `setupServer(...handlers)`, `setupWorker(...handlers)`, and `server.use(...handlers)`. */
export interface ContractHandlers extends Array<HttpHandler> {
  /** The engine that decides the responses; its keys have the journals and define scenarios. */
  readonly engine: ScenarioEngine
}

/** The options of {@link handlers}. */
export interface HandlerOptions {
  /** The client's base URL, such as `https://test.stytch.com`; in a page it may be relative. */
  baseUrl: string
  /** Default: a new one. Mocks that share an engine have the same journals and lists. */
  engine?: ScenarioEngine
}

/**
 * Creates handlers for MSW 2 and 3 that respond to the operations of the contract below a URL. Any
 * other request is left to the handlers that follow, and to MSW's `onUnhandledFrame`.
 *
 * @throws {TypeError} if `baseUrl` is not a URL
 * @example
 * const server = setupServer(...handlers({ baseUrl: 'https://test.stytch.com' }))
 */
export function handlers({
  baseUrl,
  engine = new ScenarioEngine(),
}: HandlerOptions): ContractHandlers {
  const base = parseBaseUrl(baseUrl)
  const handler = http.all(startsWith(base), async ({ request }) => {
    const url = request.url.slice(base.length)
    const { path } = readTarget(url, request.headers)
    if (!matchOperation(request.method, path)) return undefined
    try {
      return await respondToRequest(engine, request, url, request.signal)
    } catch (error) {
      // The response is no longer awaited, and MSW would log an exception as an error of the handler.
      if (request.signal.aborted) return Response.error()
      throw error
    }
  })
  return Object.assign([handler], { engine })
}

/** Returns the base URL without a trailing slash. */
function parseBaseUrl(text: string): string {
  const page: { href: string } | undefined = globalThis.location // Node.js has none
  const url = URL.canParse(text, page?.href) ? new URL(text, page?.href) : undefined
  if (!url?.protocol.startsWith('http')) {
    throw new TypeError(
      'baseUrl is not a URL; pass that of the client, like https://test.stytch.com',
    )
  }
  return url.origin + url.pathname.replace(/\/+$/, '')
}

/** A pattern for MSW. A string would have its own syntax, which differs between versions 2 and 3. */
function startsWith(base: string): RegExp {
  return new RegExp(`^${base.replaceAll(/[.*+?^$()|[\]{}\\]/g, String.raw`\$&`)}/`)
}
