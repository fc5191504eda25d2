import { parseBody } from '@connected-apps/contract'
import type { Exchange } from './exchange.ts'
import type { Journal } from './journal.ts'
import { readJournalQuery } from './journal-query.ts'
import type { Playback } from './playback.ts'
import { bodyLimitBytes, readBody } from './request-body.ts'
import { parseScenario, ScenarioError } from './scenario-definition.ts'
import { sendJson } from './send.ts'

/** The mock's own paths begin so; the contract's begin with its version. */
export const controlPrefix = '/__mock'

/** Whether a path is the mock's own rather than the contract's. */
export function isControl(path: string): boolean {
  return path === controlPrefix || path.startsWith(`${controlPrefix}/`)
}

/** What the control routes work on. */
export interface Controlled {
  journal: Journal
  playback: Playback
  reset: () => void
}

type Control = (exchange: Exchange, controlled: Controlled) => void | Promise<void>

const controls: Record<string, Control> = {
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
  'GET /scenarios': ({ response }, { playback }) =>
    sendJson(response, 200, { scenarios: playback.scenarios() }),
  'DELETE /scenarios': ({ response }, { playback }) => {
    playback.reset()
    response.writeHead(204).end()
  },
  'PUT /scenarios/{connected_app_id}': defineScenario,
  'DELETE /scenarios/{connected_app_id}': ({ response, path }, { playback }) => {
    playback.reset(lastSegment(path))
    response.writeHead(204).end()
  },
}

/** Answers a control route. */
export async function answerControl(exchange: Exchange, controlled: Controlled): Promise<void> {
  const { request, response, path } = exchange
  const method = request.method === 'HEAD' ? 'GET' : request.method
  const route = path
    .slice(controlPrefix.length)
    .replace(/^\/scenarios\/[^/]+$/, '/scenarios/{connected_app_id}')
  const control = controls[`${method} ${route}`]
  if (control) return control(exchange, controlled)
  sendJson(response, 404, { message: `control routes are ${Object.keys(controls).join(', ')}` })
}

function listJournal({ response, query }: Exchange, { journal }: Controlled): void {
  const asked = readJournalQuery(query, false)
  if ('fault' in asked) return sendJson(response, 400, { message: asked.fault })
  sendJson(response, 200, { total: journal.total, entries: journal.entries(asked.filter) })
}

function assertJournal({ response, query }: Exchange, { journal }: Controlled): void {
  const asked = readJournalQuery(query, true)
  if ('fault' in asked) return sendJson(response, 400, { message: asked.fault })
  const assertion = journal.assert(asked.filter, asked.times)
  sendJson(response, assertion.ok ? 200 : 409, assertion)
}

async function defineScenario(
  { request, response, path }: Exchange,
  { playback }: Controlled,
): Promise<void> {
  const body = await readBody(request)
  if (body === 'aborted') return
  const parsed =
    body === 'too long' ? { problem: `is longer than ${bodyLimitBytes} bytes` } : parseBody(body)
  if ('problem' in parsed) {
    return sendJson(response, 400, { message: `the body ${parsed.problem}` })
  }
  try {
    const scenario = parseScenario(lastSegment(path), parsed.value)
    playback.define(scenario)
    sendJson(response, 200, scenario)
  } catch (error) {
    if (!(error instanceof ScenarioError)) throw error
    sendJson(response, 400, { message: error.message })
  }
}

function lastSegment(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1)
}
