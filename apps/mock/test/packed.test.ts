import { contract } from '@connected-apps/contract/operations'
import { execFile } from 'node:child_process'
import { mkdtemp, readFile, readdir, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { fetchPackages } from '../../../scripts/fetch-packages.ts'
import manifest from '../package.json' with { type: 'json' }
import { call } from './call.ts'
import { anyOperation } from './operations.ts'

const run = promisify(execFile)
const root = fileURLToPath(new URL('..', import.meta.url))
const installTimeoutMs = 300_000 // npm downloads the mock's dependencies

let project: string
let tarball: string

beforeAll(async () => {
  project = await mkdtemp(join(tmpdir(), 'packed-mock-'))
  tarball = await pack(root)
  const dependencies: Record<string, string> = { [manifest.name]: `file:${tarball}` }
  for (const name of ['client', 'contract', 'contract-tests', 'node-http', 'scenarios']) {
    dependencies[`@connected-apps/${name}`] =
      `file:${await pack(join(root, '../../packages', name))}`
  }
  await writeFile(join(project, 'package.json'), JSON.stringify({ type: 'module', dependencies }))
  const options = ['--no-audit', '--no-fund', '--ignore-scripts']
  await run('npm', ['install', ...options], { cwd: project })
}, installTimeoutMs)
afterAll(() => rm(project, { recursive: true, force: true }))

async function pack(directory: string): Promise<string> {
  const { stdout } = await run('pnpm', ['pack', '--json', '--pack-destination', project], {
    cwd: directory,
  })
  const { filename }: { filename: string } = JSON.parse(stdout)
  return filename
}

it('contains what consumers need, and no tests', async () => {
  const files = await readdir(join(project, 'node_modules', manifest.name), { recursive: true })
  expect(files).toEqual(expect.arrayContaining(['package.json', 'README.md', 'LICENSE', 'dist']))
  expect(files.filter((file) => /(^|\/)(test|bench)\b/.test(file))).toEqual([])
})

it('passes publint', async () => {
  const { stdout } = await run('publint', [tarball, '--strict', '--level', 'suggestion'])
  expect(stdout).toContain('All good!')
})

it('passes attw', async () => {
  const { stdout } = await run('attw', [tarball, '--profile', 'esm-only', '--format', 'json'])
  expect(JSON.parse(stdout)).toMatchObject({ analysis: { types: { kind: 'included' } } })
})

it('runs as a command', async () => {
  const command = join(project, 'node_modules/.bin/connected-apps-mock')
  expect((await run(command, ['--version'])).stdout).toBe(
    `${manifest.version} (contract ${contract.version})\n`,
  )
})

it(
  'reports on one line that Node.js is too old',
  async () => {
    const version = '20.20.2'
    const cache = join(root, `node_modules/.cache/node-${version}`)
    const node = join(await fetchPackages(cache, { node: version }), 'node/bin/node')
    const command = join(project, 'node_modules/.bin/connected-apps-mock')
    await expect(run(node, [command, '--help'])).rejects.toMatchObject({
      code: 2,
      stdout: '',
      stderr: `connected-apps-mock: needs Node.js 24.18 or newer; this is ${version}\n`,
    })
  },
  installTimeoutMs,
)

it('works when it is imported', async () => {
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
