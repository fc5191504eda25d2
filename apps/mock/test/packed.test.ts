import { contract, operations } from '@connected-apps/contract/operations'
import { allScenarios } from '@connected-apps/scenarios'
import { execFile, spawn } from 'node:child_process'
import { mkdir, mkdtemp, readFile, readdir, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { installDependencies } from '../../../scripts/fetch-packages.ts'
import { nodeBinDirectory } from '../../../scripts/node-binaries.ts'
import { dependOn, packAll, writeProject } from '../../../scripts/packed-packages.ts'
import type { Tarball } from '../../../scripts/packed-packages.ts'
import manifest from '../package.json' with { type: 'json' }
import { call } from './call.ts'
import { anyOperation, first, scenarioValue, statusOf } from './operations.ts'
import { startRegistry } from './registry.ts'
import { runCommand } from './run-command.ts'
import type { CommandRun } from './run-command.ts'

const run = promisify(execFile)
const root = fileURLToPath(new URL('..', import.meta.url))
const installTimeoutMs = 300_000 // npm downloads the mock's dependencies

let project: string
let tarballs: Tarball[]

beforeAll(async () => {
  project = await mkdtemp(join(tmpdir(), 'packed-mock-'))
  const dependencies = ['client', 'contract', 'contract-tests', 'node-http', 'scenarios']
  const packages = dependencies.map((name) => ({
    name: `@connected-apps/${name}`,
    directory: join(root, '../../packages', name),
  }))
  tarballs = await packAll([{ name: manifest.name, directory: root }, ...packages], project)
  await writeProject(project, {}, { type: 'module', ...dependOn(tarballs) })
  await installDependencies(project, '--ignore-scripts')
}, installTimeoutMs)
afterAll(() => rm(project, { recursive: true, force: true }))

function tarballOf(name: string): string {
  return first(tarballs.filter((each) => each.name === name)).file
}

it('contains what consumers need, and no tests', async () => {
  const files = await readdir(join(project, 'node_modules', manifest.name), { recursive: true })
  expect(files).toEqual(
    expect.arrayContaining([
      'package.json',
      'README.md',
      'LICENSE',
      'dist',
      'dist/console/index.html',
    ]),
  )
  expect(files.filter((file) => /(^|\/)(test|bench)\b/.test(file))).toEqual([])
})

it('passes publint', async () => {
  const { stdout } = await run('publint', [
    tarballOf(manifest.name),
    '--strict',
    '--level',
    'suggestion',
  ])
  expect(stdout).toContain('All good!')
})

it('passes attw', async () => {
  const { stdout } = await run('attw', [
    tarballOf(manifest.name),
    '--profile',
    'esm-only',
    '--format',
    'json',
  ])
  expect(JSON.parse(stdout)).toMatchObject({ analysis: { types: { kind: 'included' } } })
})

it('runs as a command', async () => {
  const command = join(project, 'node_modules/.bin/connected-apps-mock')
  expect((await run(command, ['--version'])).stdout).toBe(
    `${manifest.version} (contract ${contract.version})\n`,
  )
})

// Prism declares 24.18, but runs on these.
describe.each(['20.20.2', '22.23.3', '24.21.0'] as const)('under Node.js %s', (version) => {
  let node: string
  let mock: CommandRun
  let url: string

  beforeAll(async () => {
    node = join(await nodeBinDirectory(version), 'node')
    const script = join(project, 'node_modules', manifest.name, 'dist/cli/main.js')
    mock = runCommand(['--port', '0', '--quiet'], { node, script })
    url = (await mock.printed(/(http:\S+)/))[0]
  }, installTimeoutMs)
  afterAll(() => mock.kill('SIGKILL'))

  it('passes the contract tests', async () => {
    const contractTests = join(project, 'node_modules/.bin/contract-tests')
    const args = ['--url', url, '--project-id', 'project-test-1', '--require', 'all']
    const env = { ...process.env, CONNECTED_APPS_SECRET: 'secret-test-1' }
    const { stdout } = await run(node, [contractTests, ...args], { env })
    expect(stdout).toMatch(/\nPASSED: \d+ passed, 0 failed, 0 skipped\n$/)
  })

  it('sends the responses of every scenario', async () => {
    for (const { operationId, id, responses } of allScenarios) {
      const operation = operations[operationId]
      const { example } = responses[0]
      const { status } = await call(url, operation, {
        values: scenarioValue(operation, id),
        headers: { prefer: 'wait=0' },
      })
      expect({ operationId, id, status }).toEqual({
        operationId,
        id,
        status: statusOf(operation, example),
      })
    }
  })

  it('warns on one line where Prism requires a newer one, and of nothing else', async () => {
    mock.kill('SIGTERM')
    expect(await mock.exit).toBe(0)
    const warning = `connected-apps-mock: Prism requires Node.js >=24.18.0, and this is ${version}; `
    const lines = mock.stderr.split('\n').slice(0, -1)
    const expected = version.startsWith('24') ? [] : [expect.stringContaining(warning)]
    expect(lines).toEqual(expected)
  })
})

it(
  'runs by npx from a registry, without an installation',
  async () => {
    await using registry = await startRegistry(tarballs.map(({ file }) => file))
    const directory = join(project, 'npx')
    const cache = join(directory, 'cache')
    await mkdir(cache, { recursive: true })
    await writeFile(join(directory, '.npmrc'), `@connected-apps:registry=${registry.url}\n`)
    // What npx has installed is in the cache too, by the names of packages, and may be outdated.
    const { stdout: npmCache } = await run('npm', ['config', 'get', 'cache'])
    await symlink(join(npmCache.trim(), '_cacache'), join(cache, '_cacache'))
    const options = ['--yes', '--prefer-offline', '--ignore-scripts', `--cache=${cache}`]
    const child = spawn('npx', [...options, manifest.name, '--port', '0'], {
      cwd: directory,
      stdio: ['ignore', 'pipe', 'inherit'],
      detached: true, // the leader of a group, which is stopped as a whole
    })
    const closed = new Promise((resolve) => child.once('close', resolve))
    try {
      const [, url = ''] = await printed(child.stdout, /(http:\S+)/)
      expect((await call(url, anyOperation)).status).toBe(anyOperation.successStatus)
    } finally {
      if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, 'SIGTERM')
      await closed
    }
  },
  installTimeoutMs,
)

it('works as a library', async () => {
  const program = `import { startMock } from '${manifest.name}'
    const mock = await startMock()
    process.stdout.write(mock.url)
    process.stdin.resume().once('end', () => mock.close())`
  const child = execFile(process.execPath, ['--input-type=module', '--eval', program], {
    cwd: project,
  })
  const url = await new Promise<string>((resolve) => child.stdout?.once('data', resolve))
  expect((await call(url, anyOperation)).status).toBe(anyOperation.successStatus)
  const ended = new Promise((resolve) => child.once('close', resolve))
  child.stdin?.end()
  expect(await ended).toBe(0)
})

it('is installed with all that it needs by the commands of the README', async () => {
  const readme = await readFile(join(root, '../../README.md'), 'utf8')
  const lists = [...readme.matchAll(/\/connected-apps-\{([\w,-]+)\}-\[0-9\]\*\.tgz/g)]
  const named = lists.flatMap(([, names = '']) => names.split(','))
  const scope = join(project, 'node_modules/@connected-apps')
  expect(named.toSorted()).toEqual((await readdir(scope)).toSorted())
})

it('compiles the example of the README', async () => {
  const readme = await readFile(join(root, 'README.md'), 'utf8')
  const examples = [...readme.matchAll(/^```ts\n(.*?)^```/gms)].map(([, code = '']) => code)
  expect(examples).not.toEqual([])
  for (const name of ['vitest', '@types/node']) {
    const installed = join(project, 'node_modules', name)
    await rm(installed, { recursive: true, force: true })
    await symlink(join(root, 'node_modules', name), installed)
  }
  await writeFile(join(project, 'examples.ts'), examples.join('\n'))
  const compilerOptions = {
    strict: true,
    noEmit: true,
    skipLibCheck: true, // vitest's own declarations need it
    target: 'es2022',
    module: 'nodenext',
    types: ['node'],
  }
  await writeFile(
    join(project, 'tsconfig.json'),
    JSON.stringify({ compilerOptions, files: ['examples.ts'] }),
  )
  expect((await run('tsc', ['-p', project])).stdout).toBe('')
})

/** The match of a pattern in what a program prints. */
async function printed(output: Readable, pattern: RegExp): Promise<RegExpExecArray> {
  let text = ''
  for await (const chunk of output) {
    text += String(chunk)
    const match = pattern.exec(text)
    if (match) return match
  }
  throw new Error(`${pattern} was not printed: ${text}`)
}
