// A mock that follows `contract.txt` in a directory: its generator writes a module with that text.
import { ScenarioEngine } from '@connected-apps/scenarios'
import { readFile, writeFile } from 'node:fs/promises'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { streamJournal } from '../src/mock/journal-stream.ts'
import { createGenerations } from '../watch/generations.ts'
import { startWatched } from '../watch/watched-mock.ts'

const [directory = ''] = process.argv.slice(2)
const root = pathToFileURL(`${directory}/`).href
const importGeneration = createGenerations(root)

// The module that stands for the mock has the events of the real one.
Object.assign(globalThis, {
  streamEvents: (request: IncomingMessage, response: ServerResponse) =>
    streamJournal(request, response, new ScenarioEngine(), ''),
})

async function build(): Promise<string | undefined> {
  const text = await readFile(join(directory, 'contract.txt'), 'utf8')
  if (text === 'broken') return 'generate: contract.txt line 1 is broken'
  const code = `export const text = ${JSON.stringify(text)}`
  await writeFile(join(directory, 'generated.mjs'), code)
  return undefined
}

await build()
const server = await startWatched(
  { host: '127.0.0.1', port: 0 },
  {
    paths: [join(directory, 'contract.txt')],
    build,
    load: (generation) => importGeneration(`${root}mock.mjs`, generation),
    report: (line) => console.log(line),
  },
)
console.log(server.url)
process.once('SIGTERM', () => void server.close())
