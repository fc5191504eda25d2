// What `npm run mock -- --watch` runs: a mock that follows openapi/connected-apps.yaml.
import { createCommand, runCommand } from '@connected-apps/node-http/command'
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { stripVTControlCharacters } from 'node:util'
import { runMock } from '../src/cli/commands.ts'
import type { MockCommandOptions } from '../src/cli/commands.ts'
import { addMockOptions } from '../src/cli/mock-options.ts'
import type { MockOptions } from '../src/mock/start.ts'
import { checkContract } from './check-contract.ts'
import { createGenerations } from './generations.ts'
import { startWatched } from './watched-mock.ts'

const rootUrl = new URL('../../../', import.meta.url)
const root = fileURLToPath(rootUrl)
const mockUrl = new URL('../dist/mock/start.js', import.meta.url).href

const importGeneration = createGenerations(rootUrl.href)

const command = createCommand({
  name: 'npm run mock -- --watch',
  version: '',
  description: 'Starts a mock that follows openapi/connected-apps.yaml.',
})
addMockOptions(command).action((options: MockCommandOptions) => runMock(options, start))
await runCommand(command)

function start(options: MockOptions) {
  return startWatched(options, {
    paths: [
      'openapi/connected-apps.yaml',
      'packages/contract/codegen',
      'packages/scenarios/codegen',
    ].map((path) => fileURLToPath(new URL(path, rootUrl))),
    build: async () =>
      (await checkContract()) ??
      (await runTurbo('generate')) ??
      runTurbo('build', '--filter=@connected-apps/mock'),
    load: (generation) => importGeneration(mockUrl, generation),
    report: (line) => console.log(`watch: ${line}`),
  })
}

/** Runs a task. @returns in one line why it failed */
function runTurbo(task: string, ...flags: string[]): Promise<string | undefined> {
  const args = [
    'run',
    task,
    ...flags,
    '--output-logs=errors-only',
    '--log-prefix=none',
    '--no-color',
  ]
  return new Promise((resolve) => {
    execFile('turbo', args, { cwd: root }, (error, stdout, stderr) => {
      resolve(error ? reasonIn(stripVTControlCharacters(stdout + stderr)) : undefined)
    })
  })
}

/** The line that locates the error: of the generation, else of a compiler, else of any other tool. */
function reasonIn(output: string): string {
  const patterns = [/^generate: .*$/m, /^.*\berror TS\d+: .*$/m, /^.*error.*$/im]
  const [line] = patterns.flatMap((pattern) => pattern.exec(output) ?? [])
  return line ?? 'the build failed; run npm run build for the reason'
}
