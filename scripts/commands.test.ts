import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { cp, mkdtempDisposable } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { commands } from './commands.mjs'
import { root, runProcess, stopWithFirst } from './run-process.mjs'
import { selectTests } from './select-tests.ts'

await test('--help of every command exits with 0 before anything is installed', async () => {
  await using copy = await mkdtempDisposable(join(tmpdir(), 'commands-'))
  await cp(join(root, 'scripts'), join(copy.path, 'scripts'), { recursive: true })
  const main = join(copy.path, 'scripts/main.mjs')
  for (const name of Object.keys(commands)) {
    const { stdout } = await promisify(execFile)(process.execPath, [main, name, '--help'])
    assert.match(stdout, new RegExp(`^npm (?:run )?${name}\\b`))
  }
})

await test('npm start ends with the exit code of the server that failed', async () => {
  const run = (program: string) => runProcess(process.execPath, ['--eval', program])
  const code = await stopWithFirst([run('setInterval(() => 0, 1e6)'), run('process.exitCode = 2')])
  assert.equal(code, 2)
})

const file = 'packages/node-http/test/redact.test.ts'

await test('npm test runs a file of a package', () => {
  const selection = selectTests([file])
  assert(typeof selection === 'object')
  assert.deepEqual([...selection.files], [['node-http', ['test/redact.test.ts']]])
})

await test('npm test runs a file once if its package is named too', () => {
  for (const args of [
    ['node-http', file],
    [file, '@connected-apps/node-http'],
  ]) {
    const selection = selectTests(args)
    assert(typeof selection === 'object')
    assert.deepEqual([...selection.packages], ['node-http'])
    assert.deepEqual([...selection.files], [])
  }
})

await test('npm test rejects what is neither a package nor a file in one', () => {
  for (const arg of ['nonesuch', 'packages', 'README.md', '--typo', `${file}x`]) {
    assert.equal(typeof selectTests([arg]), 'string')
  }
})

await test('npm run generate always runs, since a replay from the cache would remove no file', async () => {
  const args = ['run', 'generate', '--dry-run=json']
  const { stdout } = await promisify(execFile)('turbo', args, { cwd: root })
  const { tasks }: { tasks: { resolvedTaskDefinition: { cache: boolean } }[] } = JSON.parse(stdout)
  assert(tasks.length > 0)
  assert(tasks.every(({ resolvedTaskDefinition }) => !resolvedTaskDefinition.cache))
})
