// Compares many pairs of documents in one process: `node diff-batch.ts PAIRS`, a JSON file with a
// list of [base, revision, report]. Redocly has no API for it, and most of what a run of its command
// takes is its start. Its main module runs the command line when it is evaluated, which each import
// under another URL does anew; the modules that it imports stay loaded.
import { existsSync, readFileSync } from 'node:fs'
import { setTimeout } from 'node:timers/promises'

const main = new URL('../node_modules/@redocly/cli/lib/index.js', import.meta.url)
const pairs: [string, string, string][] = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8'))
process.setMaxListeners(0) // each run adds one

for (const [index, [base, revision, report]] of pairs.entries()) {
  const options = ['--format', 'json', '--fail-on', 'none', '--output', report]
  process.argv.splice(2, Infinity, 'diff', base, revision, ...options)
  // The last thing that a run does, well or not, is to set the exit code for when the process ends.
  const finished = process.listenerCount('beforeExit') + 1
  await import(`${main.href}?run=${index}`)
  while (process.listenerCount('beforeExit') < finished) await setTimeout(1)
  if (!existsSync(report)) throw new Error(`${revision}: Redocly wrote no report`)
}
