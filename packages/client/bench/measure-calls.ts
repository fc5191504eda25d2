import { median } from './median.ts'

const WARM_UP_ROUNDS = 2
const ROUNDS = 21
const CALLS = 250

interface CallCost {
  cpuMicros: number
  wallMicros: number
}

export interface CallStats extends CallCost {
  /** Relative to the first client in the same round. */
  cpuRatio: number
  wallRatio: number
}

/** Medians over rounds. Each round measures every client, in an order that rotates. */
export async function measureCalls(
  callsByClient: Record<string, () => Promise<unknown>>,
): Promise<Record<string, CallStats>> {
  const names = Object.keys(callsByClient)
  const rounds: Record<string, CallCost>[] = []
  for (let round = -WARM_UP_ROUNDS; round < ROUNDS; round++) {
    const costs: Record<string, CallCost> = {}
    for (const [index] of names.entries()) {
      const name = names[(index + round + names.length) % names.length] ?? ''
      const call = callsByClient[name]
      if (call) costs[name] = await measure(call)
    }
    if (round >= 0) rounds.push(costs)
  }
  return Object.fromEntries(names.map((name) => [name, statsOf(name, names[0] ?? '', rounds)]))
}

async function measure(call: () => Promise<unknown>): Promise<CallCost> {
  const cpu = process.cpuUsage()
  const start = performance.now()
  for (let calls = 0; calls < CALLS; calls++) await call()
  const wall = performance.now() - start
  const { user, system } = process.cpuUsage(cpu)
  return { cpuMicros: (user + system) / CALLS, wallMicros: (wall * 1_000) / CALLS }
}

function statsOf(name: string, baseline: string, rounds: Record<string, CallCost>[]): CallStats {
  const medianOf = (pick: (cost: CallCost, first: CallCost) => number) =>
    median(
      rounds.flatMap(({ [name]: cost, [baseline]: first }) =>
        cost && first ? [pick(cost, first)] : [],
      ),
    )
  return {
    cpuMicros: medianOf((cost) => cost.cpuMicros),
    wallMicros: medianOf((cost) => cost.wallMicros),
    cpuRatio: medianOf((cost, first) => cost.cpuMicros / first.cpuMicros),
    wallRatio: medianOf((cost, first) => cost.wallMicros / first.wallMicros),
  }
}
