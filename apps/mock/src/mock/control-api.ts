import { parseBody } from '@connected-apps/contract'
import { maxBodyBytes, readBody } from '../http/body.ts'
import { controlPrefix } from '../http/request.ts'
import type { Exchange } from '../http/request.ts'
import { sendJson } from '../http/send.ts'
import type { Journal } from '../journal/journal.ts'
import { parseJournalQuery } from '../journal/query.ts'
import { parseScenario, ScenarioError } from '../scenarios/parse-scenario.ts'
import type { ScenarioPlayer } from '../scenarios/player.ts'

/** The parts of the mock that control routes read and change. */
export interface ControlContext {
  journal: Journal
  player: ScenarioPlayer
  reset: () => void
}

type ControlRoute = (exchange: Exchange, context: ControlContext) => void | Promise<void>

const routes: Record<string, ControlRoute> = {
  'GET /health': ({ response }) => sendJson(response, 200, { status: 'ok' }),
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
  'PUT /scenarios/{connected_app_id}': defineScenario,
  'DELETE /scenarios/{connected_app_id}': ({ response, path }, { player }) => {
    player.reset(lastSegment(path))
    response.writeHead(204).end()
  },
}

/** Responds to a request whose path is below the control prefix. */
export async function respondToControl(exchange: Exchange, context: ControlContext): Promise<void> {
  const { request, response, path } = exchange
  const method = request.method === 'HEAD' ? 'GET' : request.method
  const template = path
    .slice(controlPrefix.length)
    .replace(/^\/scenarios\/[^/]+$/, '/scenarios/{connected_app_id}')
  const route = routes[`${method} ${template}`]
  if (route) return route(exchange, context)
  sendJson(response, 404, { message: `control routes are ${Object.keys(routes).join(', ')}` })
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
  const body = await readBody(request)
  if (body === 'aborted') return
  const parsed =
    body === 'too long' ? { problem: `is longer than ${maxBodyBytes} bytes` } : parseBody(body)
  if ('problem' in parsed) {
    return sendJson(response, 400, { message: `the body ${parsed.problem}` })
  }
  try {
    const scenario = parseScenario(lastSegment(path), parsed.value)
    player.define(scenario)
    sendJson(response, 200, scenario)
  } catch (error) {
    if (!(error instanceof ScenarioError)) throw error
    sendJson(response, 400, { message: error.message })
  }
}

function lastSegment(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1)
}
