import { parseBody } from '@connected-apps/contract'
import { contract } from '@connected-apps/contract/operations'
import { abortOnClose, BodyAbortedError } from '@connected-apps/node-http'
import {
  controlPrefix,
  findOperation,
  maxBodyBytes,
  parseJournalQuery,
  ScenarioError,
} from '@connected-apps/scenarios'
import type { MockKey, ScenarioEngine, Target } from '@connected-apps/scenarios'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { readRequestBody } from '../http/request.ts'
import { sendJson } from '../http/send.ts'
import { isFromOtherOrigin, streamJournal } from './journal-stream.ts'
import { journalEventsRoute } from './journal-event.ts'

/** A request to a control route, and the response to it. */
interface ControlExchange {
  request: IncomingMessage
  response: ServerResponse
  target: Target
}

type ControlRoute = (
  exchange: ControlExchange,
  key: MockKey,
  engine: ScenarioEngine,
) => void | Promise<void>

const routes: Record<string, ControlRoute> = {
  'GET /health': ({ response }) =>
    sendJson(response, 200, { status: 'ok', contract: contract.version }),
  'POST /reset': ({ response }, key) => {
    key.reset()
    response.writeHead(204).end()
  },
  'GET /journal': listJournal,
  'DELETE /journal': clearJournal,
  'GET /journal/assert': assertJournal,
  [`GET ${journalEventsRoute}`]: streamEvents,
  'GET /scenarios': ({ response }, key) => sendJson(response, 200, { scenarios: key.scenarios() }),
  'DELETE /scenarios': ({ response }, key) => {
    key.resetScenarios()
    response.writeHead(204).end()
  },
  'PUT /scenarios/{operationId}/{id}': defineScenario,
  'DELETE /scenarios/{operationId}/{id}': ({ response, target }, key) => {
    const { operationId, id } = scenarioIn(target.path)
    key.resetScenarios({ operationId: findOperation(operationId).operationId, id })
    response.writeHead(204).end()
  },
}

/** Responds to a request whose path is below the control prefix, for the isolation key that it names. */
export async function respondToControl(
  exchange: ControlExchange,
  engine: ScenarioEngine,
): Promise<void> {
  const { request, response, target } = exchange
  if (target.error !== undefined) return sendJson(response, 400, { message: target.error })
  const method = request.method === 'HEAD' ? 'GET' : request.method
  const template = target.path
    .slice(controlPrefix.length)
    .replace(/^\/scenarios\/[^/]+\/[^/]+$/, '/scenarios/{operationId}/{id}')
  const route = routes[`${method} ${template}`]
  if (!route) {
    sendJson(response, 404, { message: `control routes are ${Object.keys(routes).join(', ')}` })
    return
  }
  try {
    await route(exchange, engine.key(target.key || undefined), engine)
  } catch (error) {
    if (!(error instanceof ScenarioError)) throw error
    sendJson(response, 400, { message: error.message })
  }
}

function listJournal({ response, target }: ControlExchange, { journal }: MockKey): void {
  const parsed = parseJournalQuery(target.query, false)
  if ('error' in parsed) return sendJson(response, 400, { message: parsed.error })
  sendJson(response, 200, { total: journal.total, entries: journal.list(parsed.filter) })
}

function clearJournal({ response, target }: ControlExchange, { journal }: MockKey): void {
  const parsed = parseJournalQuery(target.query, false)
  if ('error' in parsed) return sendJson(response, 400, { message: parsed.error })
  journal.clear(parsed.filter)
  response.writeHead(204).end()
}

async function assertJournal(
  { response, target }: ControlExchange,
  { journal }: MockKey,
): Promise<void> {
  const parsed = parseJournalQuery(target.query, true)
  if ('error' in parsed) return sendJson(response, 400, { message: parsed.error })
  const { filter, times, timeoutMs } = parsed
  const assertion =
    timeoutMs === undefined
      ? journal.assert(filter, times)
      : await journal.waitFor(filter, times, { timeoutMs, signal: abortOnClose(response) })
  sendJson(response, assertion.ok ? 200 : 409, assertion)
}

function streamEvents(
  { request, response, target }: ControlExchange,
  _key: MockKey,
  engine: ScenarioEngine,
): void {
  if (isFromOtherOrigin(request.headers)) {
    const message = 'the events are for pages of this server; others read /__mock/journal'
    return sendJson(response, 403, { message })
  }
  const [filter] = target.query.keys()
  if (filter !== undefined) {
    const message = `unknown parameter ${filter.slice(0, 64)}; the events cannot be filtered`
    return sendJson(response, 400, { message })
  }
  streamJournal(request, response, engine, target.key)
}

async function defineScenario(
  { request, response, target }: ControlExchange,
  _key: MockKey,
  engine: ScenarioEngine,
): Promise<void> {
  const body = await readRequestBody(request)
  if (body instanceof BodyAbortedError) return
  const parsed =
    body === 'too long' ? { violation: `is longer than ${maxBodyBytes} bytes` } : parseBody(body)
  if ('violation' in parsed) throw new ScenarioError(`the body ${parsed.violation}`)
  const route = { key: target.key, ...scenarioIn(target.path) }
  sendJson(response, 200, engine.defineAt(route, parsed.value))
}

function scenarioIn(path: string): { operationId: string; id: string } {
  const [id = '', operationId = ''] = path.split('/').toReversed()
  try {
    return { operationId, id: decodeURIComponent(id) }
  } catch {
    throw new ScenarioError('the id is not percent-encoded')
  }
}
