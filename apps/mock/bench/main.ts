import { writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { allOperations } from '@connected-apps/contract/operations'
import { exampleRequest } from '../src/snippets/example-request.ts'
import { load } from './load.ts'
import { startMeasured } from './server.ts'

interface ServerOptions {
  name: string
  port: number
  script: string
  args: string[]
  /** The address of a stream that is read while the server is measured. */
  readFrom?: string
}

const starts = 5
const rounds = 3
const secondsPerRound = 4

const require = createRequire(import.meta.url)
// A request with a body, which both have to parse and check.
const operation = allOperations.find(({ requestBody }) => requestBody)
if (!operation) throw new Error('no operation takes a body')
const { method, target } = exampleRequest(operation)
const headers = {
  authorization: `Basic ${btoa('project-test-1:secret-test-1')}`,
  'content-type': operation.requestBody?.mediaType ?? '',
}

const mockScript = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url))

const servers = [
  { name: 'this mock', port: 4810, script: mockScript, args: ['--port', '4810', '--quiet'] },
  {
    name: 'this mock, console open',
    port: 4812,
    script: mockScript,
    args: ['--port', '4812', '--quiet'],
    readFrom: 'http://127.0.0.1:4812/__mock/journal/events',
  },
  {
    name: 'Prism 5.16, silent',
    port: 4811,
    script: require.resolve('@stoplight/prism-cli'),
    args: [
      'mock',
      '--port=4811',
      '--verboseLevel=silent',
      '--multiprocess=false',
      require.resolve('@connected-apps/contract/openapi.json'),
    ],
  },
].map((server: ServerOptions) => ({
  ...server,
  startMs: [] as number[],
  perSecond: [] as number[],
  p99Ms: [] as number[],
}))

const baseline = servers.at(-1)

for (let start = 0; start < starts; start += 1) {
  for (const server of servers) {
    const running = await startMeasured(server.script, server.args, {
      url: urlOf(server.port),
      method,
      headers,
    })
    server.startMs.push(running.startMs)
    await running.stop()
  }
}

const running = await Promise.all(
  servers.map(({ script, args, port }) =>
    startMeasured(script, args, { url: urlOf(port), method, headers }),
  ),
)
const readers = servers.flatMap(({ readFrom }) => (readFrom === undefined ? [] : [read(readFrom)]))
try {
  for (const { port } of servers) await load({ url: urlOf(port), method, headers }, 2) // warms up
  for (let round = 0; round < rounds; round += 1) {
    for (const server of servers) {
      const { perSecond, p99Ms } = await load(
        { url: urlOf(server.port), method, headers },
        secondsPerRound,
      )
      server.perSecond.push(perSecond)
      server.p99Ms.push(p99Ms)
    }
  }
} finally {
  for (const reader of readers) reader.close()
  await Promise.all(running.map((server) => server.stop()))
}

const results = servers.map(({ name, startMs, perSecond, p99Ms }) => ({
  server: name,
  'start to first 200, ms': Math.round(median(startMs)),
  'requests per second': Math.round(median(perSecond)),
  'of bare Prism': Number((median(perSecond) / median(baseline?.perSecond ?? [])).toFixed(2)),
  'p99, ms': median(p99Ms),
}))
console.table(results)
await writeFile(
  new URL('../bench-results.json', import.meta.url),
  `${JSON.stringify({ node: process.version, starts, rounds, secondsPerRound, results }, null, 2)}\n`,
)

/** Reads a stream as an open console does. */
function read(url: string): { close(): void } {
  const controller = new AbortController()
  const reading = async () => {
    const { body } = await fetch(url, { signal: controller.signal })
    await body?.pipeTo(new WritableStream())
  }
  reading().catch((error: unknown) => {
    if (!controller.signal.aborted) throw error
  })
  return { close: () => controller.abort() }
}

function urlOf(port: number): string {
  return `http://127.0.0.1:${port}${target}`
}

function median(values: number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN
}
