import { fork } from 'node:child_process'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { allOperations } from '@connected-apps/contract/operations'
import type { CallStats } from './measure-calls.ts'
import { measureCalls } from './measure-calls.ts'
import { measureImports } from './measure-imports.ts'
import { measureSizes } from './measure-sizes.ts'

/** The statistics of each operation. */
type Calls = Record<string, CallStats[]>

const interleaved: Calls = {}
const alone: Calls = {}
const stubbed: Calls = {}

const server = fork(new URL('server.ts', import.meta.url))
const [port] = (await once(server, 'message')) as [number] // safe: server.ts sends only the port
try {
  for (const { operationId } of allOperations) {
    const task = { operationId, callsPerRound: 60, url: `http://127.0.0.1:${port}` }
    interleaved[operationId] = await measureCalls('shared', task)
    alone[operationId] = await measureCalls('separate', task)
    const stubTask = { operationId, callsPerRound: 500, url: undefined }
    stubbed[operationId] = await measureCalls('shared', stubTask)
  }
} finally {
  server.kill()
}
const sizes = await measureSizes()
const importMs = await measureImports(['@connected-apps/client', 'openapi-fetch', 'stytch'])

printCalls(
  'Interleaved: a server on loopback, all clients in one process, round by round',
  interleaved,
)
printCalls('Alone: the same server, each client in a process of its own, round by round', alone)
printCalls(
  'Stubbed: no network, `fetch` returns a new Response, all clients in one process',
  stubbed,
)

console.log('Sizes: bytes of a minified bundle with all dependencies')
console.table(sizes)
console.log('Imports: median milliseconds of the first import in a new process')
console.table(importMs)

const results = { node: process.version, interleaved, alone, stubbed, sizes, importMs }
const file = new URL('../bench-results.json', import.meta.url)
await writeFile(file, `${JSON.stringify(results, null, 2)}\n`)

function printCalls(title: string, calls: Calls): void {
  console.log(`${title}; "×" and "over" compare with bare fetch in the same round`)
  console.table(
    Object.entries(calls).flatMap(([operation, stats]) =>
      stats.map(({ name, cpuMicros, cpuRatio, extraCpuMicros, wallMicros, wallRatio }) => ({
        operation,
        client: name,
        'CPU µs/call': round(cpuMicros, 1),
        '× fetch': round(cpuRatio, 2),
        'µs over fetch': round(extraCpuMicros, 1),
        'wall µs/call': round(wallMicros, 1),
        '× fetch (wall)': round(wallRatio, 2),
      })),
    ),
  )
}

function round(value: number, digits: number): number {
  return Number(value.toFixed(digits))
}
