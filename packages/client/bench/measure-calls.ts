import type { ChildProcess } from 'node:child_process'
import { fork } from 'node:child_process'
import { once } from 'node:events'
import type { ClientName } from './clients.ts'
import { clientNames } from './clients.ts'
import { median } from './median.ts'
import type { Cost, WorkerTask } from './worker.ts'

const WARM_UP_ROUNDS = 8
const ROUNDS = 41

/** What one call of a client costs. */
export interface CallStats extends Cost {
  name: ClientName
  /** Relative to bare fetch in the same round. */
  cpuRatio: number
  wallRatio: number
  /** In addition to bare fetch in the same round. */
  extraCpuMicros: number
}

/**
 * Medians over rounds. Each round measures every client once, in an order that rotates, and
 * compares them only with each other, since the speed of a busy machine changes within seconds.
 *
 * @param processes whether the clients share one process, or have one each
 */
export async function measureCalls(
  processes: 'shared' | 'separate',
  task: Omit<WorkerTask, 'names'>,
): Promise<CallStats[]> {
  const groups = processes === 'shared' ? [clientNames] : clientNames.map((name) => [name])
  const workers = new Map<ClientName, ChildProcess>()
  try {
    for (const names of groups) {
      const worker = await startWorker({ ...task, names })
      for (const name of names) workers.set(name, worker)
    }
    const rounds: Map<ClientName, Cost>[] = []
    for (let round = -WARM_UP_ROUNDS; round < ROUNDS; round++) {
      const costs = await measureRound(workers, round + WARM_UP_ROUNDS)
      if (round >= 0) rounds.push(costs)
    }
    return clientNames.map((name) => statsOf(name, rounds))
  } finally {
    for (const worker of workers.values()) worker.kill()
  }
}

async function startWorker(task: WorkerTask): Promise<ChildProcess> {
  const worker = fork(new URL('worker.ts', import.meta.url), [JSON.stringify(task)])
  worker.once('exit', (code) => {
    if (code !== null) throw new Error(`a worker of the bench exited with code ${code}`)
  })
  await once(worker, 'message')
  return worker
}

async function measureRound(
  workers: Map<ClientName, ChildProcess>,
  rotation: number,
): Promise<Map<ClientName, Cost>> {
  const costs = new Map<ClientName, Cost>()
  const entries = [...workers]
  const first = rotation % entries.length
  for (const [name, worker] of [...entries.slice(first), ...entries.slice(0, first)]) {
    worker.send(name)
    const [cost] = (await once(worker, 'message')) as [Cost] // as worker.ts sends it
    costs.set(name, cost)
  }
  return costs
}

function statsOf(name: ClientName, rounds: Map<ClientName, Cost>[]): CallStats {
  const medianOf = (pick: (cost: Cost, bareFetch: Cost) => number) =>
    median(
      rounds.flatMap((costs) => {
        const [cost, bareFetch] = [costs.get(name), costs.get('bare fetch')]
        return cost && bareFetch ? [pick(cost, bareFetch)] : []
      }),
    )
  return {
    name,
    cpuMicros: medianOf((cost) => cost.cpuMicros),
    wallMicros: medianOf((cost) => cost.wallMicros),
    cpuRatio: medianOf((cost, bareFetch) => cost.cpuMicros / bareFetch.cpuMicros),
    wallRatio: medianOf((cost, bareFetch) => cost.wallMicros / bareFetch.wallMicros),
    extraCpuMicros: medianOf((cost, bareFetch) => cost.cpuMicros - bareFetch.cpuMicros),
  }
}
