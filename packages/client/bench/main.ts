import { fork } from 'node:child_process'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { gzipSync } from 'node:zlib'
import { allOperations } from '@connected-apps/contract/operations'
import { bundle } from '../test/bundle.ts'
import { createCalls } from './clients.ts'
import type { CallStats } from './measure-calls.ts'
import { measureCalls } from './measure-calls.ts'
import { measureImports } from './measure-imports.ts'

const client = '@connected-apps/client'
const official = 'stytch'

const server = fork(new URL('server.ts', import.meta.url))
const [port] = (await once(server, 'message')) as [number] // safe: server.ts sends only the port
const calls: Record<string, Record<string, CallStats>> = {}
try {
  for (const operation of allOperations) {
    const callsByClient = createCalls(`http://127.0.0.1:${port}`, operation)
    calls[operation.operationId] = await measureCalls(callsByClient)
  }
} finally {
  server.kill()
}

const importMs = await measureImports([client, official])
const gzippedBytes: Record<string, number> = {
  [client]: gzipSync(await bundle(client), { level: 9 }).length,
  [official]: gzipSync(await bundle(official, { platform: 'node' }), { level: 9 }).length,
}

for (const [operationId, callStats] of Object.entries(calls)) {
  const rows = Object.entries(callStats).map(([name, stats]) => ({
    client: name,
    'CPU µs/call': Math.round(stats.cpuMicros),
    '× fetch': stats.cpuRatio.toFixed(2),
    'wall µs/call': Math.round(stats.wallMicros),
    '× fetch ': stats.wallRatio.toFixed(2),
    'gzipped bytes': gzippedBytes[name] ?? '',
    'first import ms': importMs[name]?.toFixed(1) ?? '',
  }))
  console.log(operationId)
  console.table(rows)
}

const results = { node: process.version, calls, gzippedBytes, importMs }
const file = new URL('../bench-results.json', import.meta.url)
await writeFile(file, `${JSON.stringify(results, null, 2)}\n`)
