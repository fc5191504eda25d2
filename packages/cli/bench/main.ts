// Compares revokeAll with the client in a plain loop, with as many calls in flight, round by round,
// against a bare server without a limit in a process of its own.
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { B2BClient } from '@connected-apps/client'
import type { Target } from '../src/index.ts'
import { revokeAll } from '../src/index.ts'

const CALLS_PER_ROUND = 3_000
const ROUNDS = 7
const CONCURRENCY = 64
/** More than the machine can send, so that only what is in flight limits. */
const RATE = 1_000_000

interface Round {
  perSecond: number
  cpuMicros: number
}

const server = fork(new URL('server.ts', import.meta.url))
const [port] = (await once(server, 'message')) as [number] // safe: server.ts sends only the port
const client = new B2BClient({
  project_id: 'project-test-bench',
  secret: 'secret-test-bench',
  baseUrl: `http://127.0.0.1:${port}`,
})
const loop: Round[] = []
const all: Round[] = []
try {
  for (let round = -1; round < ROUNDS; round++) {
    const plain = await measure(callInLoop)
    const paced = await measure(callRevokeAll)
    if (round < 0) continue // a warm-up
    loop.push(plain)
    all.push(paced)
  }
} finally {
  server.kill()
}

const results = {
  node: process.version,
  concurrency: CONCURRENCY,
  loop: medians(loop),
  revokeAll: medians(all),
  /** Calls per second, in the same round. */
  ratio: median(all.map(({ perSecond }, index) => perSecond / (loop[index]?.perSecond ?? NaN))),
  extraCpuMicros: median(
    all.map(({ cpuMicros }, index) => cpuMicros - (loop[index]?.cpuMicros ?? NaN)),
  ),
}
const { ratio, extraCpuMicros } = results
console.log(`Medians of ${ROUNDS} rounds of ${CALLS_PER_ROUND} calls, a bare server on loopback`)
console.table([
  { calls: `client in a loop, ${CONCURRENCY} in flight`, ...rounded(results.loop) },
  {
    calls: 'revokeAll',
    ...rounded(results.revokeAll),
    '× loop': Number(ratio.toFixed(2)),
    'µs over loop': Number(extraCpuMicros.toFixed(1)),
  },
])
await writeFile('bench-results.json', `${JSON.stringify(results, undefined, 2)}\n`)

function* targets(): Generator<Target> {
  for (let index = 0; index < CALLS_PER_ROUND; index++) {
    yield {
      organization_id: 'organization-test-bench',
      member_id: `member-test-${index}`,
      connected_app_id: 'connected-app-test-bench',
    }
  }
}

async function callInLoop(): Promise<void> {
  const rest = targets()
  const callRest = async () => {
    for (const target of rest) {
      await client.organizations.members.connectedApps.revoke(target, { maxRetries: 0 })
    }
  }
  await Promise.all(Array.from({ length: CONCURRENCY }, callRest))
}

async function callRevokeAll(): Promise<void> {
  for await (const { result } of revokeAll(targets(), { client, rate: RATE })) {
    if (result !== 'revoked') throw new Error(`a target of the bench is ${result}`)
  }
}

async function measure(call: () => Promise<void>): Promise<Round> {
  const cpu = process.cpuUsage()
  const startedAt = performance.now()
  await call()
  const seconds = (performance.now() - startedAt) / 1000
  const { user, system } = process.cpuUsage(cpu)
  return { perSecond: CALLS_PER_ROUND / seconds, cpuMicros: (user + system) / CALLS_PER_ROUND }
}

function medians(rounds: Round[]): Round {
  return {
    perSecond: median(rounds.map(({ perSecond }) => perSecond)),
    cpuMicros: median(rounds.map(({ cpuMicros }) => cpuMicros)),
  }
}

function median(values: number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN
}

function rounded({ perSecond, cpuMicros }: Round): Record<string, number> {
  return { 'calls/s': Math.round(perSecond), 'CPU µs/call': Math.round(cpuMicros) }
}
