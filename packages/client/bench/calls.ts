import { median } from './median.ts'

const ROUNDS = 21
const CALLS = 250

interface CallCost {
  cpuMicros: number
  wallMicros: number
}

export interface CallFigures extends CallCost {
  /** Times the cost of the first contestant in the same round. */
  cpuRatio: number
  wallRatio: number
}

/** Medians over rounds in which each contestant has its turn, the order rotating. */
export async function measureCalls(
  contestants: Record<string, () => Promise<unknown>>,
): Promise<Record<string, CallFigures>> {
  const names = Object.keys(contestants)
  const rounds: Record<string, CallCost>[] = []
  for (let round = -2; round < ROUNDS; round++) {
    const costs: Record<string, CallCost> = {}
    for (const [index] of names.entries()) {
      const name = names[(index + round + names.length) % names.length] ?? ''
      const call = contestants[name]
      if (call) costs[name] = await costOf(call)
    }
    if (round >= 0) rounds.push(costs) // the first two warm up
  }
  return Object.fromEntries(names.map((name) => [name, figuresOf(name, names[0] ?? '', rounds)]))
}

async function costOf(call: () => Promise<unknown>): Promise<CallCost> {
  const cpu = process.cpuUsage()
  const start = performance.now()
  for (let calls = 0; calls < CALLS; calls++) await call()
  const wall = performance.now() - start
  const { user, system } = process.cpuUsage(cpu)
  return { cpuMicros: (user + system) / CALLS, wallMicros: (wall * 1_000) / CALLS }
}

function figuresOf(name: string, base: string, rounds: Record<string, CallCost>[]): CallFigures {
  const over = (pick: (cost: CallCost, first: CallCost) => number) =>
    median(
      rounds.flatMap(({ [name]: cost, [base]: first }) =>
        cost && first ? [pick(cost, first)] : [],
      ),
    )
  return {
    cpuMicros: over((cost) => cost.cpuMicros),
    wallMicros: over((cost) => cost.wallMicros),
    cpuRatio: over((cost, first) => cost.cpuMicros / first.cpuMicros),
    wallRatio: over((cost, first) => cost.wallMicros / first.wallMicros),
  }
}
