import type { ExampleName, Status } from '@connected-apps/contract'
import { matchOperation } from '@connected-apps/contract/operations'
import { abortOnClose, BodyAbortedError } from '@connected-apps/node-http'
import type { ListenOptions } from '@connected-apps/node-http'
import {
  Journal,
  ScenarioPlayer,
  errorResponse,
  parseScenario,
  planResponse,
  toJournalEntry,
  triggeredExample,
} from '@connected-apps/scenarios'
import type { ScenarioDefinition } from '@connected-apps/scenarios'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { setTimeout } from 'node:timers/promises'
import { isPreflight, respondToPreflight, setCorsHeaders } from '../http/cors.ts'
import { isControlPath, readableHeaders, readRequestBody, splitTarget } from '../http/request.ts'
import type { Exchange } from '../http/request.ts'
import { sendJson } from '../http/send.ts'
import { startServer } from '../http/server.ts'
import { respondToControl } from './control-api.ts'
import { isPageRequest, respondWithPage } from './page.ts'
import { loadPrism } from './prism.ts'
import { respond } from './respond.ts'
import type { MockResponse } from './respond.ts'

/** Where the mock listens; by default on a free port of 127.0.0.1. */
export type MockOptions = Partial<ListenOptions>

/** A running mock. */
export interface Mock {
  /** Its base URL, without a trailing slash. */
  url: string
  /** The received requests. */
  journal: Pick<Journal, 'total' | 'entries' | 'assert' | 'reset'>
  /**
   * Defines the responses of an operation to an id, call by call; the last one repeats.
   *
   * @throws {ScenarioError} when the contract has no such operation or example, or allows no such id
   */
  define(scenario: ScenarioDefinition): void
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
export async function startMock(options: MockOptions = {}): Promise<Mock> {
  const prism = await loadPrism()
  const journal = new Journal()
  const player = new ScenarioPlayer()
  const reset = () => {
    journal.reset()
    player.reset()
  }
  const server = await startServer(
    { host: '127.0.0.1', port: 0, ...options },
    (request, response) => {
      handle(request, response).catch((error: unknown) =>
        respondToFailure(request, response, error),
      )
    },
  )
  return {
    url: server.url,
    journal,
    define: (scenario) => player.define(parseScenario(scenario.operationId, scenario.id, scenario)),
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
    const { method = '' } = request
    const headers = readableHeaders(request.headers)
    const match = matchOperation(method, path)
    const entry = journal.add(toJournalEntry(method, path, match, headers))
    const closed = abortOnClose(response)
    const body = await readRequestBody(request)
    if (body instanceof BodyAbortedError) {
      entry.aborted = true
      return
    }
    const plan = planResponse(match, { query, headers, body }, player)
    const { waitSeconds } = plan
    const mockResponse = await respond(plan, { path, query, headers, body }, prism)
    if (waitSeconds > 0 && !(await sleep(waitSeconds, closed))) {
      entry.aborted = true
      return
    }
    entry.status = mockResponse.status as Status // safe: each response is one that the contract declares
    if (plan.kind !== 'dynamic') entry.example = plan.example as ExampleName // for the same reason
    if (body === 'too long') response.setHeader('Connection', 'close')
    send(response, mockResponse)
  }
}

/** Sleeps, and resolves early to false when the signal aborts first. */
export async function sleep(seconds: number, signal: AbortSignal): Promise<boolean> {
  try {
    return await setTimeout(seconds * 1000, true, { signal })
  } catch (error) {
    if (signal.aborted) return false
    throw error
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
): void {
  if (response.headersSent || response.destroyed) {
    response.destroy()
    return
  }
  const message = error instanceof Error ? error.message : String(error)
  const { path } = splitTarget(request.url ?? '/')
  const { operation } = matchOperation(request.method ?? '', path) ?? {}
  const example = operation && triggeredExample(operation, 'failure')
  if (operation && example) send(response, errorResponse(operation, example, { mock: message }))
  else sendJson(response, 500, { message })
}
