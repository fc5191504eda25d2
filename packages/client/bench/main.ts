import { fork } from 'node:child_process'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { gzipSync } from 'node:zlib'
import { bundle } from '../test/bundle.ts'
import { createCalls } from './clients.ts'
import { measureCalls } from './measure-calls.ts'
import { measureImports } from './measure-imports.ts'

const client = '@connected-apps/client'
const official = 'stytch'

const server = fork(new URL('server.ts', import.meta.url))
const [port] = (await once(server, 'message')) as [number] // safe: the port is the only message that server.ts sends
const calls = await measureCalls(createCalls(`http://127.0.0.1:${port}`))
server.kill()

const importMs = await measureImports([client, official])
const gzippedBytes: Record<string, number> = {
  [client]: gzipSync(await bundle(client), { level: 9 }).length,
  [official]: gzipSync(await bundle(official, { platform: 'node' }), { level: 9 }).length,
}

const rows = Object.entries(calls).map(([name, stats]) => ({
  client: name,
  'CPU µs/call': Math.round(stats.cpuMicros),
  '× fetch': stats.cpuRatio.toFixed(2),
  'wall µs/call': Math.round(stats.wallMicros),
  '× fetch ': stats.wallRatio.toFixed(2),
  'gzipped bytes': gzippedBytes[name] ?? '',
  'first import ms': importMs[name]?.toFixed(1) ?? '',
}))
console.table(rows)

const results = { node: process.version, calls, gzippedBytes, importMs }
const file = new URL('../bench-results.json', import.meta.url)
await writeFile(file, `${JSON.stringify(results, null, 2)}\n`)
