import { parseBody } from '@connected-apps/contract'
import { contract } from '@connected-apps/contract/operations'
import { BodyAbortedError } from '@connected-apps/node-http'
import {
  ScenarioError,
  findOperation,
  maxBodyBytes,
  parseJournalQuery,
  parseScenario,
} from '@connected-apps/scenarios'
import type { Journal, ScenarioPlayer } from '@connected-apps/scenarios'
import { controlPrefix, readRequestBody } from '../http/request.ts'
import type { Exchange } from '../http/request.ts'
import { sendJson } from '../http/send.ts'

/** The parts of the mock that control routes read and change. */
export interface ControlContext {
  journal: Journal
  player: ScenarioPlayer
  reset: () => void
}

type ControlRoute = (exchange: Exchange, context: ControlContext) => void | Promise<void>

const routes: Record<string, ControlRoute> = {
  'GET /health': ({ response }) =>
    sendJson(response, 200, { status: 'ok', contract: contract.version }),
  'POST /reset': ({ response }, { reset }) => {
    reset()
    response.writeHead(204).end()
  },
  'GET /journal': listJournal,
  'DELETE /journal': ({ response }, { journal }) => {
    journal.reset()
    response.writeHead(204).end()
  },
  'GET /journal/assert': assertJournal,
  'GET /scenarios': ({ response }, { player }) =>
    sendJson(response, 200, { scenarios: player.scenarios() }),
  'DELETE /scenarios': ({ response }, { player }) => {
    player.reset()
    response.writeHead(204).end()
  },
  'PUT /scenarios/{operationId}/{id}': defineScenario,
  'DELETE /scenarios/{operationId}/{id}': ({ response, path }, { player }) => {
    const { operationId, id } = scenarioIn(path)
    player.reset({ operationId: findOperation(operationId).operationId, id })
    response.writeHead(204).end()
  },
}

/** Responds to a request whose path is below the control prefix. */
export async function respondToControl(exchange: Exchange, context: ControlContext): Promise<void> {
  const { request, response, path } = exchange
  const method = request.method === 'HEAD' ? 'GET' : request.method
  const template = path
    .slice(controlPrefix.length)
    .replace(/^\/scenarios\/[^/]+\/[^/]+$/, '/scenarios/{operationId}/{id}')
  const route = routes[`${method} ${template}`]
  if (!route) {
    sendJson(response, 404, { message: `control routes are ${Object.keys(routes).join(', ')}` })
    return
  }
  try {
    await route(exchange, context)
  } catch (error) {
    if (!(error instanceof ScenarioError)) throw error
    sendJson(response, 400, { message: error.message })
  }
}

function listJournal({ response, query }: Exchange, { journal }: ControlContext): void {
  const parsed = parseJournalQuery(query, false)
  if ('error' in parsed) return sendJson(response, 400, { message: parsed.error })
  sendJson(response, 200, { total: journal.total, entries: journal.entries(parsed.filter) })
}

function assertJournal({ response, query }: Exchange, { journal }: ControlContext): void {
  const parsed = parseJournalQuery(query, true)
  if ('error' in parsed) return sendJson(response, 400, { message: parsed.error })
  const assertion = journal.assert(parsed.filter, parsed.times)
  sendJson(response, assertion.ok ? 200 : 409, assertion)
}

async function defineScenario(
  { request, response, path }: Exchange,
  { player }: ControlContext,
): Promise<void> {
  const body = await readRequestBody(request)
  if (body instanceof BodyAbortedError) return
  const parsed =
    body === 'too long' ? { violation: `is longer than ${maxBodyBytes} bytes` } : parseBody(body)
  if ('violation' in parsed) throw new ScenarioError(`the body ${parsed.violation}`)
  const { operationId, id } = scenarioIn(path)
  const scenario = parseScenario(operationId, id, parsed.value)
  player.define(scenario)
  sendJson(response, 200, scenario)
}

function scenarioIn(path: string): { operationId: string; id: string } {
  const [id = '', operationId = ''] = path.split('/').toReversed()
  try {
    return { operationId, id: decodeURIComponent(id) }
  } catch {
    throw new ScenarioError('the id is not percent-encoded')
  }
}
