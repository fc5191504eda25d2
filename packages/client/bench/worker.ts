import { allOperations } from '@connected-apps/contract/operations'
import type { ClientName } from './clients.ts'
import { clients } from './clients.ts'
import { successOf } from './responses.ts'

/** What a worker measures, as JSON in its first argument. */
export interface WorkerTask {
  operationId: string
  names: readonly ClientName[]
  callsPerRound: number
  /** The URL of the server; without it, `fetch` is a stub. */
  url: string | undefined
}

/** What a call cost, on average over a round. */
export interface Cost {
  cpuMicros: number
  wallMicros: number
}

const task = JSON.parse(process.argv[2] ?? '') as WorkerTask // as measure-calls.ts passes it
const operation = allOperations.find(({ operationId }) => operationId === task.operationId)
if (!operation) throw new Error(`there is no operation ${task.operationId}`)

// The official client warns of each URL that is not Stytch's.
console.warn = () => undefined

// Before the clients are created, because openapi-fetch keeps the `fetch` that it finds then.
if (task.url === undefined) {
  const { status, headers, text } = successOf(operation)
  globalThis.fetch = async () => new Response(text, { status, headers })
}

const calls = new Map<unknown, () => Promise<unknown>>()
for (const name of task.names) {
  calls.set(name, await clients[name](task.url ?? 'http://127.0.0.1:1', operation))
}

// Each message names a client, for which one round is measured.
process.on('message', async (name) => {
  const call = calls.get(name)
  if (call) process.send?.(await measureRound(call))
})
process.send?.('ready')

async function measureRound(call: () => Promise<unknown>): Promise<Cost> {
  const cpu = process.cpuUsage()
  const start = performance.now()
  for (let made = 0; made < task.callsPerRound; made++) await call()
  const wall = performance.now() - start
  const { user, system } = process.cpuUsage(cpu)
  return {
    cpuMicros: (user + system) / task.callsPerRound,
    wallMicros: (wall * 1_000) / task.callsPerRound,
  }
}
