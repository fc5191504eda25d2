// Sends one load, whenever it is that load's turn.
import type { BareLoad } from './bare-load.ts'
import { prepareBare } from './bare-load.ts'
import type { HttpLoad } from './http-load.ts'
import { prepareHttp } from './http-load.ts'
import type { Turn } from './load.ts'

/** Makes a call over a connection of its own. Calls differ by their index, and repeat sooner or later. */
export type Call = (index: number) => Promise<void>

let connections: Call[] = []
let sent = 0

process.on('message', async (message: BareLoad | HttpLoad | { turnMs: number }) => {
  if ('turnMs' in message) {
    process.send?.(await sendFor(message.turnMs))
    return
  }
  const open = message.kind === 'http' ? prepareHttp(message) : prepareBare(message)
  connections = await Promise.all(Array.from({ length: message.connections }, open))
  process.send?.('ready')
})
process.once('disconnect', () => process.exit())

async function sendFor(turnMs: number): Promise<Turn> {
  const latenciesMs: number[] = []
  const cpuAtStart = process.cpuUsage()
  const startedAt = performance.now()
  const work = async (call: Call): Promise<void> => {
    let calledAt = performance.now()
    while (calledAt < startedAt + turnMs) {
      sent += 1
      await call(sent)
      const respondedAt = performance.now()
      latenciesMs.push(respondedAt - calledAt)
      calledAt = respondedAt
    }
  }
  await Promise.all(connections.map(work))
  const durationMs = performance.now() - startedAt
  const { user, system } = process.cpuUsage(cpuAtStart)
  return { latenciesMs, durationMs, cpuMs: (user + system) / 1000 }
}
