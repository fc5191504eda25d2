import { matchOperation } from '@connected-apps/contract/operations'
import { http } from 'msw'
import type { HttpHandler } from 'msw'
import { ScenarioEngine } from './engine.ts'
import { respondToRequest } from './respond-to-request.ts'
import { readTarget } from './target.ts'

/** For `setupServer(...handlers)`, `setupWorker(...handlers)`, and `server.use(...handlers)`. */
export interface ContractHandlers extends Array<HttpHandler> {
  /** What responds: its keys have the journals, and define scenarios. */
  readonly engine: ScenarioEngine
}

export interface HandlerOptions {
  /** That of the client, such as `https://test.stytch.com`; may be relative in a page. */
  baseUrl: string
  /** Share one to have the same journal and lists in several places; by default a new one. */
  engine?: ScenarioEngine
}

/**
 * Handlers for MSW 2 and 3, which respond to the operations of the contract below a URL. Any other
 * request is left to the handlers that follow, and to MSW's `onUnhandledFrame`.
 *
 * @throws {TypeError} when `baseUrl` is not a URL
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
      // Nobody waits for this response any more; MSW would log an exception as one of the handler.
      if (request.signal.aborted) return Response.error()
      throw error
    }
  })
  return Object.assign([handler], { engine })
}

/** A base URL without a slash at its end. */
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

/** A pattern for MSW, as text it would have a syntax of its own, and of version 2 another one than of 3. */
function startsWith(base: string): RegExp {
  return new RegExp(`^${base.replaceAll(/[.*+?^$()|[\]{}\\]/g, String.raw`\$&`)}/`)
}
