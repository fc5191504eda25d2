import type { ReceivedHeaders } from '@connected-apps/contract'
import { matchOperation } from '@connected-apps/contract/operations'
import { abortOnClose, BodyAbortedError } from '@connected-apps/node-http'
import type { ListenOptions } from '@connected-apps/node-http'
import {
  controlPrefix,
  errorResponse,
  keyPrefix,
  readTarget,
  ScenarioEngine,
  triggeredExample,
} from '@connected-apps/scenarios'
import type { Exchange, JournalEntry, MockKey, Target } from '@connected-apps/scenarios'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { isPreflight, respondToPreflight, setCorsHeaders } from '../http/cors.ts'
import { isControlPath, joinedHeaders, readRequestBody } from '../http/request.ts'
import { sendJson } from '../http/send.ts'
import { startServer } from '../http/server.ts'
import { findContractFile, loadContractFiles, sendContractFile } from './contract-files.ts'
import { respondToControl } from './control-api.ts'
import { isConsoleRequest, loadConsoleFiles, respondWithConsole } from './serve-console.ts'
import { journalEventsRoute } from './journal-event.ts'
import { loadPrism, respond } from './prism.ts'
import type { MockResponse } from './prism.ts'

/** Where the mock listens; by default on a free port of 127.0.0.1. */
export interface MockOptions extends Partial<ListenOptions> {
  /**
   * Called with each request that is for no route of the mock itself, once it has its response or the
   * client has disconnected; the default isolation key is the empty string, as is an invalid one.
   */
  onRequest?: (entry: Readonly<JournalEntry>, key: string) => void
}

/** A running mock. Its own journal and scenarios are those of requests without an isolation key. */
export interface Mock extends MockKey {
  /** Its base URL, without a trailing slash. */
  url: string
  /**
   * The base URL of requests with an isolation key, for clients that can set neither header nor
   * query.
   *
   * @throws {TypeError} when there can be no such key
   */
  urlOf(key: string): string
  /**
   * The journal and the scenarios of an isolation key.
   *
   * @throws {TypeError} when there can be no such key
   */
  key(name: string): MockKey
  /** Closes every connection and the server. */
  close(): Promise<void>
}

/**
 * Starts the mock in this process.
 *
 * @throws {ListenError} when the server cannot listen on the address
 * @example
 * const mock = await startMock()
 * mock.journal.assert({ status: 200 }, 1).ok
 * await mock.close()
 */
export function startMock(options: MockOptions = {}): Promise<Mock> {
  return startMockOn(startServer, options)
}

/** Starts the mock on a server that may already be running. */
export async function startMockOn(
  start: typeof startServer,
  { onRequest, ...address }: MockOptions,
): Promise<Mock> {
  const [prism, contractFiles, consoleFiles] = await Promise.all([
    loadPrism(),
    loadContractFiles(),
    loadConsoleFiles(),
  ])
  const engine = new ScenarioEngine()
  if (onRequest) {
    engine.subscribe((entry, key) => {
      if (entry.durationMs !== undefined) onRequest(entry, key)
    })
  }
  const server = await start({ host: '127.0.0.1', port: 0, ...address }, (request, response) => {
    handle(request, response).catch((error: unknown) => respondToFailure(request, response, error))
  })
  return {
    ...engine.key(),
    url: server.url,
    urlOf: (key) => server.url + keyPrefix(key),
    key: (name) => engine.key(name),
    close: () => server.close(),
  }

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const headers = joinedHeaders(request)
    const target = readTarget(request.url ?? '/', headers)
    const { path } = target
    // Pages of other origins may read everything but the stream.
    if (path !== controlPrefix + journalEventsRoute) setCorsHeaders(request.headers, response)
    const file = findContractFile(contractFiles, request, path)
    if (isPreflight(request)) respondToPreflight(request.headers, response)
    else if (isConsoleRequest(request, path)) {
      respondWithConsole(consoleFiles, request, response, target)
    } else if (isControlPath(path)) await respondToControl({ request, response, target }, engine)
    else if (file) sendContractFile(response, file)
    else await handleOperation(request, response, headers, target)
  }

  async function handleOperation(
    request: IncomingMessage,
    response: ServerResponse,
    headers: ReceivedHeaders,
    target: Target,
  ): Promise<void> {
    const { method = '', url = '/' } = request
    const exchange = engine.receive({ method, url, headers }, target)
    const closed = abortOnClose(response)
    try {
      const body = await readRequestBody(request)
      if (body instanceof BodyAbortedError) return exchange.abort()
      const plan = exchange.plan(body)
      const { path, query } = target
      const mockResponse = await respond(plan, { path, query, headers, body }, prism)
      if (!(await exchange.delay(closed))) return
      if (body === 'too long') response.setHeader('Connection', 'close')
      send(response, exchange.finish(mockResponse))
    } catch (error) {
      respondToFailure(request, response, error, exchange)
    }
  }
}

function send(response: ServerResponse, { status, headers, body }: MockResponse): void {
  sendJson(response, status, body, headers)
}

/** An unexpected error in the mock becomes a 500: no client hangs, and the process survives. */
function respondToFailure(
  request: IncomingMessage,
  response: ServerResponse,
  error: unknown,
  exchange?: Exchange,
): void {
  if (response.headersSent || response.destroyed) {
    response.destroy()
    exchange?.abort()
    return
  }
  const message = error instanceof Error ? error.message : String(error)
  const { path } = readTarget(request.url ?? '/', joinedHeaders(request))
  const { operation } = matchOperation(request.method ?? '', path) ?? {}
  const example = operation && triggeredExample(operation, 'failure')
  if (operation && example) {
    const failure = { ...errorResponse(operation, example, { mock: message }), example }
    send(response, exchange?.finish(failure) ?? failure)
  } else sendJson(response, 500, { message })
}
