import type { IncomingMessage, ServerResponse } from 'node:http'
import { controlPrefix, isControl } from './control.ts'
import { isPreflight, setCorsHeaders } from './cors.ts'
import type { Exchange } from './exchange.ts'
import { goneSignal } from './gone-signal.ts'
import { sendProblem } from './problem.ts'
import { readBody } from './request-body.ts'
import { requestFaults } from './request-faults.ts'
import { responseViolations } from './response-violations.ts'
import { matchRoute, originForm, splitTarget } from './route.ts'
import { sendJson } from './send.ts'
import { listen } from './server.ts'
import { BrokenAnswerError, forward } from './upstream.ts'
import type { UpstreamAnswer } from './upstream.ts'
import { ViolationLog } from './violation-log.ts'
import type { ContractViolation, LoggedViolation } from './violation-log.ts'

/** Where the proxy listens, and what it watches over. */
export interface ProxyOptions {
  /** Base URL of the provider, http or https. */
  upstream: URL | string
  host?: string
  /** 0 takes a free port. */
  port?: number
  /** Let requests pass unchecked whose method and path the contract does not have. */
  passOtherRoutes?: boolean
  /** Called for each violation at once. */
  onViolation?: (violation: ContractViolation, method: string, path: string) => void
  /** Called at once for each request that got no answer; the message says why. */
  onFailure?: (message: string, method: string, path: string) => void
}

/** A running validation proxy. */
export interface Proxy {
  /** Its base URL, without a slash at the end. */
  url: string
  /** What broke the contract so far, the latest 1000. */
  violations(): LoggedViolation[]
  /** How many exchanges were checked, how many violations found, and how many got no answer. */
  totals(): { exchanges: number; violations: number; failures: number }
  /** Forgets what was counted. */
  reset(): void
  /** Ends every connection, and the server. */
  close(): Promise<void>
}

/**
 * Starts a validation proxy: a request or an answer that breaks the contract is answered with 422
 * or 502 and a problem (RFC 9457) that lists what is wrong; everything else passes unchanged.
 *
 * @throws {ListenError} when the address cannot be listened on
 * @example
 * const proxy = await startProxy({ upstream: 'http://127.0.0.1:4010' })
 * proxy.violations()
 * await proxy.close()
 */
export async function startProxy(options: ProxyOptions): Promise<Proxy> {
  const { host = '127.0.0.1', port = 0, passOtherRoutes = false, onViolation, onFailure } = options
  const upstream = new URL(options.upstream)
  const log = new ViolationLog()
  let exchanges = 0
  let failures = 0
  const reset = () => {
    exchanges = 0
    failures = 0
    log.reset()
  }
  const server = await listen({ host, port }, (request, response) => {
    answer(request, response).catch((error: unknown) => answerFailure(request, response, error))
  })
  const violationsUrl = `${server.url}${controlPrefix}/violations`
  return {
    url: server.url,
    violations: () => log.entries(),
    totals: () => ({ exchanges, violations: log.total, failures }),
    reset,
    close: () => server.close(),
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const exchange = { request, response, ...splitTarget(request.url ?? '/') }
    if (isControl(exchange.path)) return answerControl(exchange)
    const body = await readBody(request)
    if (body === 'aborted') return
    const pass = (bytes: Buffer) =>
      forward(
        upstream,
        {
          method: request.method ?? '',
          target: originForm(request.url ?? '/'),
          rawHeaders: request.rawHeaders,
          body: bytes,
        },
        goneSignal(response),
      )
    if (isBeyondContract(exchange) && body !== 'too long') {
      return sendAnswer(response, await pass(body))
    }
    const result = await examine(exchange, body, pass)
    exchanges += 1
    if (result.violations.length === 0 && result.answer) return sendAnswer(response, result.answer)
    report(exchange, result.violations)
    setCorsHeaders(request.headers, response)
    sendProblem(response, violationsUrl, result.violations)
  }

  function isBeyondContract({ request, path }: Exchange): boolean {
    // CORS is between the browser and the provider; the contract says nothing of it.
    return isPreflight(request) || (passOtherRoutes && !matchRoute(request.method ?? '', path))
  }

  function report({ request, path }: Exchange, violations: ContractViolation[]): void {
    const { method = '' } = request
    log.add(violations, method, path)
    for (const violation of violations) onViolation?.(violation, method, path)
  }

  function answerControl({ request, response, path }: Exchange): void {
    setCorsHeaders(request.headers, response)
    const route = `${request.method} ${path.slice(controlPrefix.length)}`
    if (route === 'GET /violations') {
      sendJson(response, 200, { exchanges, failures, total: log.total, violations: log.entries() })
    } else if (route === 'DELETE /violations') {
      reset()
      response.writeHead(204).end()
    } else if (route === 'GET /health') sendJson(response, 200, { status: 'ok' })
    else {
      const message = 'control routes are GET /violations, DELETE /violations, GET /health'
      sendJson(response, 404, { message })
    }
  }

  function answerFailure(request: IncomingMessage, response: ServerResponse, error: unknown): void {
    if (response.destroyed) return // the caller went away, which is no failure of the provider
    failures += 1
    const message = error instanceof Error ? error.message : String(error)
    onFailure?.(message, request.method ?? '', splitTarget(request.url ?? '/').path)
    if (response.headersSent) response.destroy()
    else sendProblem(response, violationsUrl, message)
  }
}

interface Examination {
  violations: ContractViolation[]
  /** What the provider answered; absent when it was not asked, or did not answer whole. */
  answer?: UpstreamAnswer
}

async function examine(
  { request, path }: Exchange,
  body: Buffer | 'too long',
  pass: (bytes: Buffer) => Promise<UpstreamAnswer>,
): Promise<Examination> {
  const { method = '', headers } = request
  const faults = requestFaults({ path: matchRoute(method, path), headers, body })
  if (faults.length > 0 || body === 'too long') {
    return {
      violations: faults.map(({ where, pointer, message }) => ({
        direction: 'request',
        where,
        ...(pointer && { pointer }),
        message,
      })),
    }
  }
  try {
    const answer = await pass(body)
    return { violations: responseViolations(answer), answer }
  } catch (error) {
    if (!(error instanceof BrokenAnswerError)) throw error
    const { where, message } = error
    return { violations: [{ direction: 'response', where, message }] }
  }
}

function sendAnswer(response: ServerResponse, answer: UpstreamAnswer): void {
  response.sendDate = false
  response.writeHead(answer.status, answer.statusText, answer.rawHeaders)
  response.end(answer.body)
}
