// Runs every check, or those of what is named, and ends with how many tests passed and failed.
import { existsSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { isStopRequested, root } from './run-process.mjs'
import { packages, runTask } from './run-task.ts'
import { selectTests } from './select-tests.ts'
import type { Selection } from './select-tests.ts'
import { runTasks } from './turbo.ts'

interface Results {
  numPassedTests: number
  numFailedTests: number
  numPendingTests: number
  success: boolean
}

const selection = selectTests(process.argv.slice(2))
if (typeof selection === 'string') {
  console.error(`npm test: ${selection}`)
  process.exitCode = 2
} else {
  process.exitCode = await test(selection)
}

async function test({ packages: chosen, files, isForced }: Selection): Promise<number> {
  const isWhole = chosen.size === 0 && files.size === 0
  const tested = isWhole ? Object.keys(packages) : [...chosen, ...files.keys()]
  const resultFiles = tested.map((name) => join(root, packages[name] ?? '', 'test-results.json'))
  // So that the results of an earlier run are never counted.
  for (const file of resultFiles) rmSync(file, { force: true })

  let exitCode = 0
  if (isWhole || chosen.size > 0) {
    const tasks = ['build', 'typecheck', 'lint', 'check:contract', 'test']
    exitCode = await runTasks(isWhole ? ['check', ...tasks] : tasks, {
      packages: [...chosen],
      showCached: true,
      flags: [
        '--continue=dependencies-successful',
        '--concurrency=100%', // of the cores; with more, tests only slow each other down
        ...(isForced ? ['--force'] : []),
      ],
    })
  }
  for (const [name, paths] of files) {
    if (!isStopRequested()) exitCode = (await runTask(name, 'test', paths)) || exitCode
  }
  if (isStopRequested()) {
    console.log('Interrupted before every check had finished.')
    return exitCode || 130
  }
  report(resultFiles, exitCode)
  return exitCode
}

function report(resultFiles: string[], exitCode: number): void {
  let passed = 0
  let failed = 0
  let skipped = 0
  for (const file of resultFiles.filter((path) => existsSync(path))) {
    const results: Results = JSON.parse(readFileSync(file, 'utf8'))
    passed += results.numPassedTests
    // A file that does not load fails without a test in it.
    failed += results.numFailedTests || Number(!results.success)
    skipped += results.numPendingTests
  }
  if (exitCode !== 0 && failed === 0) {
    console.log('A check other than a test failed; its output is above, after its name and a ✗.')
  }
  console.log(`${passed} passed, ${failed} failed${skipped ? `, ${skipped} skipped` : ''}`)
}
