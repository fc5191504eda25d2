// Runs every check of the project, and ends with one line: how many tests passed and failed.
import { globSync, readFileSync, rmSync } from 'node:fs'
import { turbo } from './turbo.ts'

const options = process.argv.slice(2)
const isForced = options.includes('--force')
const unknown = options.find((option) => option !== '--force')
if (unknown !== undefined) {
  console.error(
    `npm test: unknown option ${unknown}; the only one is --force, which ignores the cache`,
  )
  process.exit(2)
}

interface Results {
  numPassedTests: number
  numFailedTests: number
  numPendingTests: number
  success: boolean
}

const files = ['openapi', 'packages/*', 'apps/*'].map((folder) => `${folder}/test-results.json`)
for (const file of globSync(files)) rmSync(file) // so that an old run is never counted

const exitCode = await turbo([
  'run',
  'check',
  'build',
  'typecheck',
  'lint',
  'test',
  '--continue=dependencies-successful',
  '--concurrency=100%', // of the cores: tests that fight for them only get slower
  '--output-logs=errors-only',
  '--log-order=grouped',
  ...(isForced ? ['--force'] : []),
])

let passed = 0
let failed = 0
let skipped = 0
for (const file of globSync(files)) {
  const results: Results = JSON.parse(readFileSync(file, 'utf8'))
  passed += results.numPassedTests
  // A file that does not load fails without a test in it.
  failed += results.numFailedTests || Number(!results.success)
  skipped += results.numPendingTests
}
if (exitCode !== 0 && failed === 0) {
  console.log('A check other than a test failed; turbo names it above, with its output.')
}
console.log(`${passed} passed, ${failed} failed${skipped ? `, ${skipped} skipped` : ''}`)
process.exitCode = exitCode
