import type { IncomingMessage, ServerResponse } from 'node:http'
import { arrivalOf } from './arrival.ts'
import { answerControl, isControl } from './control.ts'
import { answerPreflight, isPreflight, setCorsHeaders } from './cors.ts'
import { delay } from './delay.ts'
import type { Exchange } from './exchange.ts'
import { goneSignal } from './gone-signal.ts'
import { Journal } from './journal.ts'
import type { JournalEntry } from './journal.ts'
import { answerPage, isPage } from './page.ts'
import { Playback } from './playback.ts'
import { loadPrism } from './prism.ts'
import type { Prism } from './prism.ts'
import { refuse, replyTo } from './reply.ts'
import type { Reply } from './reply.ts'
import { readBody } from './request-body.ts'
import { matchRoute, splitTarget } from './route.ts'
import type { Scenario } from './scenarios.ts'
import { sendJson } from './send.ts'
import { listen } from './server.ts'

/** Where the mock listens; a free port of 127.0.0.1 unless told otherwise. */
export interface MockOptions {
  host?: string
  /** 0 takes a free port. */
  port?: number
}

/** A running mock. */
export interface Mock {
  /** Its base URL, without a slash at the end. */
  url: string
  /** The requests that arrived. */
  journal: Pick<Journal, 'total' | 'entries' | 'assert' | 'reset'>
  /** Lets a connected_app_id stand for answers of your choice; the last one repeats. */
  define(scenario: Scenario): void
  /** Empties the journal, starts sequences anew, and forgets what was defined. */
  reset(): void
  /** Ends every connection, and the server. */
  close(): Promise<void>
}

/**
 * Starts the mock in this process.
 *
 * @throws {ListenError} when the address cannot be listened on
 * @example
 * const mock = await startMock()
 * mock.journal.assert({ status: 200 }, 1).ok
 * await mock.close()
 */
export async function startMock({ host = '127.0.0.1', port = 0 }: MockOptions = {}): Promise<Mock> {
  const prism = await loadPrism()
  const journal = new Journal()
  const playback = new Playback()
  const reset = () => {
    journal.reset()
    playback.reset()
  }
  const state = { prism, journal, playback }
  const server = await listen({ host, port }, (request, response) => {
    answer(request, response).catch((error: unknown) => answerFailure(response, error))
  })
  return {
    url: server.url,
    journal,
    define: (scenario) => playback.define(scenario),
    reset,
    close: () => server.close(),
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { path, query } = splitTarget(request.url ?? '/')
    setCorsHeaders(request.headers, response)
    if (isPreflight(request)) answerPreflight(request.headers, response)
    else if (isControl(path)) {
      await answerControl({ request, response, path, query }, { journal, playback, reset })
    } else if (isPage(request, path)) answerPage(response, path, server.url, playback)
    else await answerOperation({ request, response, path, query }, state)
  }
}

interface MockState {
  prism: Prism
  journal: Journal
  playback: Playback
}

async function answerOperation(
  { request, response, path, query }: Exchange,
  { prism, journal, playback }: MockState,
): Promise<void> {
  const { method = '', headers } = request
  const values = matchRoute(method, path)
  const entry = journal.add(arrivalOf(method, path, values, headers))
  const gone = goneSignal(response)
  const body = await readBody(request)
  if (body === 'aborted') return noteAborted(entry)
  const reply = await replyTo({ path, values, query, headers, body }, prism, playback)
  if (reply.waitSeconds > 0 && !(await delay(reply.waitSeconds, gone))) return noteAborted(entry)
  entry.status = reply.status
  if (reply.example !== undefined) entry.example = reply.example
  if (body === 'too long') response.setHeader('Connection', 'close')
  send(response, reply)
}

function noteAborted(entry: JournalEntry): void {
  entry.aborted = true
}

function send(response: ServerResponse, { status, headers, body }: Reply): void {
  sendJson(response, status, body, headers)
}

/** A bug of ours must not cost the caller the answer, nor us the process. */
function answerFailure(response: ServerResponse, error: unknown): void {
  if (response.headersSent || response.destroyed) {
    response.destroy()
    return
  }
  const reason = error instanceof Error ? error.message : String(error)
  send(response, refuse('internal_server_error', { mock: reason }))
}
