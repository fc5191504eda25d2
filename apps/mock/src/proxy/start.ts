import { contract, matchOperation } from '@connected-apps/contract/operations'
import { abortOnClose, BodyAbortedError, parseBaseUrl } from '@connected-apps/node-http'
import type { ListenOptions } from '@connected-apps/node-http'
import { controlPrefix, maxBodyBytes, originForm, splitTarget } from '@connected-apps/scenarios'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { isPreflight, respondToPreflight, setCorsHeaders } from '../http/cors.ts'
import { isControlPath, readableHeaders, readRequestBody } from '../http/request.ts'
import { sendJson } from '../http/send.ts'
import { startServer } from '../http/server.ts'
import { printable } from '../printable.ts'
import { checkExchange } from './check.ts'
import type { ProxyExchange } from './check.ts'
import { isPageRequest, respondWithPage } from './page.ts'
import { sendProblem } from './problem.ts'
import { trafficView } from './report.ts'
import { TrafficRecord } from './traffic.ts'
import type { TrafficReport, TrafficTotals } from './traffic.ts'
import { forward } from './upstream.ts'
import type { UpstreamResponse } from './upstream.ts'
import { ViolationLog } from './violations.ts'
import type { ContractViolation, LoggedViolation } from './violations.ts'

/** Where the proxy listens, and which provider it checks. */
export interface ProxyOptions extends Partial<ListenOptions> {
  /** Base URL of the provider, http or https. */
  upstream: URL | string
  /** Forward requests without a check if the contract lacks their method and path. */
  passOtherRoutes?: boolean
  /** Called immediately for each violation. */
  onViolation?: (violation: ContractViolation, method: string, path: string) => void
  /** Called immediately for each request that got no response from the provider; the message says why. */
  onFailure?: (message: string, method: string, path: string) => void
}

/** A running validation proxy. */
export interface Proxy {
  /** Its base URL, without a trailing slash. */
  url: string
  /** The latest 1000 violations of the contract. */
  violations(): LoggedViolation[]
  /** The numbers of requests, violations and failures. */
  totals(): TrafficTotals
  /** The violations by operation, and what the traffic covered of the contract. */
  traffic(): TrafficReport
  /** Clears violations, totals and traffic. */
  reset(): void
  /** Closes every connection and the server. */
  close(): Promise<void>
}

/**
 * Starts a validation proxy. If a request or its response violates the contract, the client gets
 * 422 or 502 and a problem (RFC 9457) with the violations; everything else passes unchanged.
 *
 * @throws {ListenError} when the server cannot listen on the address
 * @throws {TypeError} when the upstream is not a base URL
 * @example
 * const proxy = await startProxy({ upstream: 'http://127.0.0.1:4010' })
 * proxy.violations()
 * await proxy.close()
 */
export async function startProxy(options: ProxyOptions): Promise<Proxy> {
  const { passOtherRoutes = false, onViolation, onFailure, ...address } = options
  const baseUrl = parseBaseUrl(String(options.upstream))
  if (baseUrl.url === undefined) throw new TypeError(`upstream ${baseUrl.error}`)
  const upstream = new URL(baseUrl.url)
  const log = new ViolationLog()
  const traffic = new TrafficRecord()
  let exchanges = 0
  let failures = 0
  const reset = () => {
    exchanges = 0
    failures = 0
    log.reset()
    traffic.reset()
  }
  const totals = () => ({ exchanges, violations: log.total, failures })
  const server = await startServer(
    { host: '127.0.0.1', port: 0, ...address },
    (request, response) => {
      handle(request, response).catch((error: unknown) =>
        respondToFailure(request, response, error),
      )
    },
  )
  const violationsUrl = `${server.url}${controlPrefix}/violations`
  return {
    url: server.url,
    violations: () => log.entries(),
    totals,
    traffic: () => traffic.report(),
    reset,
    close: () => server.close(),
  }

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const exchange = { request, response, ...splitTarget(request.url ?? '/') }
    if (isControlPath(exchange.path)) return respondToControl(exchange)
    if (!passOtherRoutes && isPageRequest(request, exchange.path)) {
      return sendPage(response, exchange.path)
    }
    const body = await readRequestBody(request)
    if (body instanceof BodyAbortedError) return
    const send = (bytes: Buffer) =>
      forward(
        upstream,
        {
          method: request.method ?? '',
          target: originForm(request.url ?? '/'),
          rawHeaders: request.rawHeaders,
          body: bytes,
        },
        abortOnClose(response),
      )
    if (isOutsideContract(exchange)) {
      if (body !== 'too long') return passOn(response, await send(body))
      setCorsHeaders(request.headers, response)
      const message = `the proxy forwards bodies of up to ${maxBodyBytes} bytes; this one is longer`
      return sendJson(response, 413, { message })
    }
    const result = await checkExchange(exchange, body, async (bytes) => {
      const onDisconnect = () =>
        recordFailure(request, `the client disconnected before ${upstream.origin} responded`)
      if (response.closed) onDisconnect()
      response.once('close', onDisconnect)
      try {
        return await send(bytes)
      } finally {
        response.off('close', onDisconnect)
      }
    })
    exchanges += 1
    traffic.add(result, {
      target: printable(`${request.method} ${exchange.path.slice(0, 512)}`),
      query: exchange.query,
      headers: readableHeaders(request.headers),
    })
    if (result.violations.length === 0 && result.response) return passOn(response, result.response)
    report(exchange, result.violations)
    setCorsHeaders(request.headers, response)
    sendProblem(response, violationsUrl, result.violations)
  }

  function isOutsideContract({ request, path }: ProxyExchange): boolean {
    // CORS is between the browser and the provider; the contract does not cover it.
    return isPreflight(request) || (passOtherRoutes && !matchOperation(request.method ?? '', path))
  }

  function report({ request, path }: ProxyExchange, violations: ContractViolation[]): void {
    const { method = '' } = request
    log.add(violations, method, path)
    for (const violation of violations) onViolation?.(violation, method, path)
  }

  function sendPage(response: ServerResponse, path: string): void {
    const { text, passed, verdict } = trafficView(traffic.report(), totals())
    respondWithPage(response, path, {
      upstream: upstream.href,
      passed: Object.values(totals()).some((count) => count > 0) ? passed : undefined,
      verdict,
      report: text,
      violations: log.entries(),
    })
  }

  function respondToControl({ request, response, path }: ProxyExchange): void {
    setCorsHeaders(request.headers, response)
    if (isPreflight(request)) return respondToPreflight(request.headers, response)
    const method = request.method === 'HEAD' ? 'GET' : request.method
    const route = `${method} ${path.slice(controlPrefix.length)}`
    if (route === 'GET ' || route === 'GET /') {
      sendPage(response, path)
    } else if (route === 'GET /violations') {
      const { version } = contract
      const counts = { exchanges, failures, total: log.total }
      sendJson(response, 200, { contract: version, ...counts, violations: log.entries() })
    } else if (route === 'DELETE /violations') {
      reset()
      response.writeHead(204).end()
    } else if (route === 'GET /health') {
      sendJson(response, 200, { status: 'ok', contract: contract.version })
    } else {
      const message = 'control routes are GET /violations, DELETE /violations, GET /health'
      sendJson(response, 404, { message })
    }
  }

  function recordFailure({ method = '', url = '/' }: IncomingMessage, message: string): void {
    failures += 1
    onFailure?.(message, method, splitTarget(url).path)
  }

  function respondToFailure(
    request: IncomingMessage,
    response: ServerResponse,
    error: unknown,
  ): void {
    // The client disconnected. Where the response would have been checked, that is recorded already.
    if (response.destroyed) return
    const message = error instanceof Error ? error.message : String(error)
    recordFailure(request, message)
    if (response.headersSent) response.destroy()
    else sendProblem(response, violationsUrl, message)
  }
}

function passOn(response: ServerResponse, upstreamResponse: UpstreamResponse): void {
  const { status, statusText, rawHeaders, body } = upstreamResponse
  response.sendDate = false
  response.writeHead(status, statusText, rawHeaders)
  response.end(body)
}
