import type { IncomingMessage, ServerResponse } from 'node:http'
import { readBody } from '../http/body.ts'
import { isPreflight, respondToPreflight, setCorsHeaders } from '../http/cors.ts'
import { listen } from '../http/listen.ts'
import { abortOnClose, isControlPath, sleep, splitTarget } from '../http/request.ts'
import type { Exchange } from '../http/request.ts'
import { sendJson } from '../http/send.ts'
import { Journal, toJournalEntry } from '../journal/journal.ts'
import type { Scenario } from '../scenarios/built-in.ts'
import { ScenarioPlayer } from '../scenarios/player.ts'
import { matchOperation } from '../scenarios/request-violations.ts'
import { respondToControl } from './control-api.ts'
import { isPageRequest, respondWithPage } from './page.ts'
import { loadPrism } from './prism.ts'
import { errorResponse, respond } from './respond.ts'
import type { MockResponse } from './respond.ts'

/** Where the mock listens; by default on a free port of 127.0.0.1. */
export interface MockOptions {
  host?: string
  /** 0 chooses a free port. */
  port?: number
}

/** A running mock. */
export interface Mock {
  /** Its base URL, without a trailing slash. */
  url: string
  /** The received requests. */
  journal: Pick<Journal, 'total' | 'entries' | 'assert' | 'reset'>
  /** Defines the responses to a connected_app_id, call by call; the last one repeats. */
  define(scenario: Scenario): void
  /** Empties the journal, restarts sequences, and removes defined scenarios. */
  reset(): void
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
export async function startMock({ host = '127.0.0.1', port = 0 }: MockOptions = {}): Promise<Mock> {
  const prism = await loadPrism()
  const journal = new Journal()
  const player = new ScenarioPlayer()
  const reset = () => {
    journal.reset()
    player.reset()
  }
  const server = await listen({ host, port }, (request, response) => {
    handle(request, response).catch((error: unknown) => respondToFailure(response, error))
  })
  return {
    url: server.url,
    journal,
    define: (scenario) => player.define(scenario),
    reset,
    close: () => server.close(),
  }

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { path, query } = splitTarget(request.url ?? '/')
    const exchange = { request, response, path, query }
    setCorsHeaders(request.headers, response)
    if (isPreflight(request)) respondToPreflight(request.headers, response)
    else if (isControlPath(path)) await respondToControl(exchange, { journal, player, reset })
    else if (isPageRequest(request, path)) respondWithPage(response, path, server.url, player)
    else await handleOperation(exchange)
  }

  async function handleOperation({ request, response, path, query }: Exchange): Promise<void> {
    const { method = '', headers } = request
    const ids = matchOperation(method, path)
    const entry = journal.add(toJournalEntry(method, path, ids, headers))
    const closed = abortOnClose(response)
    const body = await readBody(request)
    if (body === 'aborted') {
      entry.aborted = true
      return
    }
    const mockResponse = await respond({ path, ids, query, headers, body }, prism, player)
    const { waitSeconds, status, example } = mockResponse
    if (waitSeconds > 0 && !(await sleep(waitSeconds, closed))) {
      entry.aborted = true
      return
    }
    entry.status = status
    if (example !== undefined) entry.example = example
    if (body === 'too long') response.setHeader('Connection', 'close')
    send(response, mockResponse)
  }
}

function send(response: ServerResponse, { status, headers, body }: MockResponse): void {
  sendJson(response, status, body, headers)
}

/** An unexpected error in the mock becomes a 500: no client hangs, and the process survives. */
function respondToFailure(response: ServerResponse, error: unknown): void {
  if (response.headersSent || response.destroyed) {
    response.destroy()
    return
  }
  const message = error instanceof Error ? error.message : String(error)
  send(response, errorResponse('internal_server_error', { mock: message }))
}
