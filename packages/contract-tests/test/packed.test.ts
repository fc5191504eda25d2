import { mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import type { Tarball } from '../../../scripts/packed-packages.ts'
import { packAll } from '../../../scripts/packed-packages.ts'
import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { allOperations, matchOperation } from '@connected-apps/contract/operations'
import { commonJsProgram, copiesProgram, jestTest } from './packed/commonjs-programs.ts'
import {
  compilations,
  createCommonJsProject,
  fetchTools,
  tsconfig,
} from './packed/commonjs-project.ts'
import { consumerProgram, mswProgram } from './packed/consumer.ts'
import { compilers, installConsumerProject } from './packed/consumer-project.ts'
import { nodeBinDirectory, nodeVersions } from '../../../scripts/node-binaries.ts'
import { cacheDirectory, packages } from './packed/directories.ts'
import { readmeExamples } from './packed/readme-examples.ts'
import { run } from './packed/run.ts'
import type { Provider } from './support/provider.ts'
import { startMock } from './support/reference-provider.ts'

const setupTimeoutMs = 600_000 // the first run downloads compilers and Node.js binaries
const success = { code: 0, output: expect.any(String) }

/** The packages that CommonJS can load without Node.js's support for requiring ES modules. */
const commonJsPackages = ['@connected-apps/contract', '@connected-apps/client']

let tarballs: Tarball[]
let project: string

beforeAll(async () => {
  const directory = join(cacheDirectory, 'tarballs')
  await rm(directory, { recursive: true, force: true })
  tarballs = await packAll(packages, directory)
  project = await installConsumerProject(tarballs)
}, setupTimeoutMs)

describe.each(packages)('the tarball of $name', ({ name }) => {
  test('contains what consumers need, and no tests', async () => {
    const files = await readdir(join(project, 'node_modules', name), { recursive: true })
    expect(files).toEqual(expect.arrayContaining(['package.json', 'README.md', 'LICENSE', 'dist']))
    expect(
      files.filter((file) => /(^|\/)(test|codegen|node_modules)\b|\.test\./.test(file)),
    ).toEqual([])
  })

  test('depends on versions, not on workspace protocols', async () => {
    const manifest = await readFile(join(project, 'node_modules', name, 'package.json'), 'utf8')
    expect(manifest).not.toMatch(/"(?:workspace|catalog|file|link):/)
  })

  test('passes publint', async () => {
    const { file } = tarballOf(name)
    const result = await run('publint', [file, '--strict', '--level', 'suggestion'], {
      cwd: project,
    })
    expect(result).toEqual(success)
    expect(result.output).toContain('All good!')
  })

  test('passes attw', async () => {
    const { file } = tarballOf(name)
    const subpaths = (await entryPoints({ name })).map((path) => path.replace(name, '.'))
    const args = [file, '--entrypoints', ...subpaths]
    // The others run on servers and in CI, where ES modules are no obstacle, so they are nothing else.
    if (!commonJsPackages.includes(name)) args.push('--profile', 'esm-only')
    expect(await run('attw', args, { cwd: project })).toEqual(success)
  })
})

describe.each(nodeVersions)('under Node %s', (version) => {
  let node: NodeJS.ProcessEnv

  beforeAll(async () => {
    node = { PATH: [await nodeBinDirectory(version), process.env['PATH']].join(delimiter) }
  }, setupTimeoutMs)

  test('is the expected Node.js', async () => {
    const result = await run('node', ['--version'], { cwd: project, env: node })
    expect(result).toEqual({ code: 0, output: `v${version}\n` })
  })

  test.each([
    ['import', 'consumer.mjs'],
    ['require', 'consumer.cjs'],
  ] as const)('%s loads working packages, without a warning', async (kind, file) => {
    await using mock = await startMock()
    await writeFile(join(project, file), consumerProgram(kind, mock.url))
    const { code, output } = await run('node', [file], { cwd: project, env: node })
    expect({ code, output }).toEqual({ code: 0, output: expect.stringMatching(/^\{.*\}\n$/) })
    expect(JSON.parse(output)).toEqual({
      statuses: allOperations.map(({ successStatus }) => successStatus),
      openapi: expect.stringMatching(/^3\.1/),
      mocked: 2,
      checked: true,
      runs: 'function',
      revoked: ['revoked', 'revoked'],
      baseUrl: 'http://a',
      command: 'a',
    })
    const sent = mock.requests.map(({ method, path }) => matchOperation(method, path)?.operation)
    expect(sent).toEqual(allOperations)
  })

  test('the handlers respond in MSW', async () => {
    await writeFile(join(project, 'msw.mjs'), mswProgram)
    // MSW 2 causes a warning of Node.js 26.
    const env = { ...node, NODE_NO_WARNINGS: '1' }
    const result = await run('node', ['msw.mjs'], { cwd: project, env })
    expect(result).toEqual({ code: 0, output: '[429,429,200]\n' })
  })

  test('connected-apps revokes the targets of a file, and reports on them', async () => {
    await using mock = await startMock()
    const cwd = join(project, `incident-${version}`)
    await rm(cwd, { recursive: true, force: true })
    await mkdir(cwd)
    await writeFile(
      join(cwd, 'targets.csv'),
      'organization_id,member_id,connected_app_id\norganization-1,member-1,app-1\n',
    )
    const command = join(project, 'node_modules/.bin/connected-apps')
    const env = {
      ...node,
      STYTCH_PROJECT_ID: 'project-test-1',
      STYTCH_SECRET: 'secret-test-1',
      CONNECTED_APPS_BASE_URL: mock.url,
    }
    const args = ['revoke-all', '--targets', 'targets.csv', '--ledger', 'a.jsonl', '--yes']
    const revoked = await run(command, args, { cwd, env })
    expect(revoked).toEqual({ code: 0, output: expect.stringContaining('Revoked 1 of 1 target.') })
    const reported = await run(command, ['report', 'a.jsonl'], { cwd, env })
    expect(reported).toEqual({ code: 0, output: expect.stringContaining('revoked') })
  })

  test('the command runs', async () => {
    await using mock = await startMock()
    const command = join(project, 'node_modules/.bin/contract-tests')
    const args = ['--url', mock.url, '--project-id', 'project-test-1', '--require', 'all']
    const env = { ...node, CONNECTED_APPS_SECRET: 'secret-test-1' }
    const { code, output } = await run(command, args, { cwd: project, env })
    expect(output).toMatch(/\nPASSED: \d+ passed, 0 failed, 0 skipped\n$/)
    expect(code).toBe(0)
  })
})

test('the suite runs in the vitest of a consumer', async () => {
  await using mock = await startMock()
  const options = { url: mock.url, projectId: 'project-test-1', secret: 'secret', require: 'all' }
  await writeFile(
    join(project, 'provider.test.js'),
    `import { contractSuite } from '@connected-apps/contract-tests/vitest'
contractSuite(${JSON.stringify(options)})
`,
  )
  const vitest = join(project, 'node_modules/vitest/vitest.mjs')
  const result = await run(process.execPath, [vitest, 'run', 'provider'], {
    cwd: project,
    env: { PATH: process.env['PATH'], NO_COLOR: '1' },
  })
  expect(result).toEqual({ code: 0, output: expect.stringMatching(/Tests +\d+ passed \(\d+\)/) })
})

describe.each(Object.keys(compilers))('%s', (compiler) => {
  test.each([
    { module: 'nodenext', moduleResolution: 'nodenext' },
    { module: 'esnext', moduleResolution: 'bundler' },
  ])('compiles the examples of the READMEs, under $moduleResolution', async (resolution) => {
    const sources = await readmeExamples()
    expect(sources.length).toBeGreaterThan(packages.length)
    const directory = await typeScriptProject(`${compiler}-${resolution.moduleResolution}-readme`, {
      // Needed only for the declarations of vitest.
      compilerOptions: { ...resolution, skipLibCheck: true },
      sources,
    })
    expect(await compile(compiler, directory)).toEqual({ code: 0, output: '' })
  })

  test('compiles the declarations, without skipLibCheck', async () => {
    const all = (await Promise.all(packages.map(entryPoints))).flat()
    // This one's need those of MSW, which have errors.
    const names = all.filter((name) => name !== '@connected-apps/scenarios/msw')
    const code = names.map((name, index) => `export * as m${index} from '${name}'\n`).join('')
    const directory = await typeScriptProject(`${compiler}-declarations`, {
      compilerOptions: { module: 'nodenext', moduleResolution: 'nodenext', skipLibCheck: false },
      sources: [{ name: 'all', code }],
    })
    expect(await compile(compiler, directory)).toEqual({ code: 0, output: '' })
  })
})

test('the ES module and the CommonJS of the client recognize the errors and clients of each other', async () => {
  await using mock = await startMock()
  await writeFile(join(project, 'copies.mjs'), copiesProgram(mock.url))
  const { code, output } = await run(process.execPath, ['copies.mjs'], { cwd: project })
  expect({ code, output }).toEqual({ code: 0, output: expect.stringMatching(/^\{.*\}\n$/) })
  const result = { ok: false, isErrorOfOwn: true, isErrorOfOther: true, isClientOfOther: true }
  expect(JSON.parse(output)).toEqual({ areTwo: true, results: [result, result] })
})

describe('a CommonJS project', { timeout: 120_000 }, () => {
  let tools: string
  let skipReason: string | undefined

  beforeAll(async () => {
    const fetched = await fetchTools()
    tools = fetched.directory
    skipReason = fetched.skipReason
  }, setupTimeoutMs)

  beforeEach(({ skip }) => skip(skipReason !== undefined, skipReason))

  test('revokes in Jest with its default config', async () => {
    await using mock = await startMock()
    await using commonJs = await create({ 'revoke.test.js': jestTest(mock.url) })
    const result = await run(join(tools, '.bin/jest'), [], {
      cwd: commonJs.directory,
      // Jest keeps a cache among the temporary files.
      env: { PATH: process.env['PATH'], TMPDIR: commonJs.directory },
    })
    expect(result).toEqual({ code: 0, output: expect.stringMatching(/Tests: +1 passed, 1 total/) })
    expect(mock.requests).toHaveLength(1)
  })

  test('revokes in tsx', async () => {
    await using mock = await startMock()
    await using commonJs = await create({ 'program.ts': commonJsProgram(mock.url, operationNames) })
    await expectToRevoke(join(tools, '.bin/tsx'), ['program.ts'], commonJs, mock)
  })

  test.each(compilations)(
    'compiles $file with $compiler under $moduleResolution, and runs it if it is CommonJS',
    async (compilation) => {
      await using mock = await startMock()
      await using commonJs = await create({
        [compilation.file]: commonJsProgram(mock.url, operationNames),
        'tsconfig.json': tsconfig(compilation),
      })
      const { compiler, runs } = compilation
      const compilerDirectory = compiler in compilers ? join(project, 'node_modules') : tools
      const tsc = join(compilerDirectory, compiler, 'bin/tsc')
      const compiled = await run(process.execPath, [tsc], { cwd: commonJs.directory })
      expect(compiled).toEqual({ code: 0, output: '' })
      if (runs !== undefined) await expectToRevoke(process.execPath, [runs], commonJs, mock)
    },
  )

  function create(files: Record<string, string>) {
    return createCommonJsProject(join(project, 'node_modules'), files)
  }

  async function expectToRevoke(
    program: string,
    args: string[],
    { directory: cwd }: { directory: string },
    mock: Provider,
  ) {
    const { code, output } = await run(program, args, { cwd })
    expect({ code, output }).toEqual({ code: 0, output: expect.stringMatching(/^\{.*\}\n$/) })
    const ids = allOperations.map(({ operationId }) => operationId)
    expect(JSON.parse(output)).toEqual({
      status_code: 200,
      error: 'argument',
      body: { value: {} },
      openapi: expect.stringMatching(/^3\.1/),
      subpaths: ids,
      operations: ids,
    })
    expect(mock.requests).toHaveLength(1)
  }
})

/** The file of each operation, as `@connected-apps/contract/operations/NAME` has it. */
const operationNames = allOperations.map(({ operationId }) =>
  operationId.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`),
)

/** The modules of a package, except the one whose declarations need those of vitest, which have errors. */
async function entryPoints({ name }: { name: string }): Promise<string[]> {
  const text = await readFile(join(project, 'node_modules', name, 'package.json'), 'utf8')
  const { exports }: { exports: object } = JSON.parse(text)
  const paths = Object.keys(exports).filter((path) => !/json$|css$|vitest$/.test(path))
  return paths.flatMap((path) => {
    const ids = path.includes('*') ? operationNames : ['']
    return ids.map((id) => name + path.slice(1).replace('*', id))
  })
}

async function typeScriptProject(
  name: string,
  given: { compilerOptions: object; sources: { name: string; code: string }[] },
): Promise<string> {
  const directory = join(project, 'types', name)
  await rm(directory, { recursive: true, force: true })
  await mkdir(directory, { recursive: true })
  const compilerOptions = {
    target: 'es2022',
    lib: ['es2023'],
    types: ['node'],
    strict: true,
    exactOptionalPropertyTypes: true,
    noEmit: true,
    ...given.compilerOptions,
  }
  await writeFile(join(directory, 'tsconfig.json'), JSON.stringify({ compilerOptions }))
  for (const source of given.sources) {
    await writeFile(join(directory, `${source.name}.ts`), source.code)
  }
  return directory
}

function compile(compiler: string, directory: string) {
  const tsc = join(project, 'node_modules', compiler, 'bin/tsc')
  return run(process.execPath, [tsc, '-p', directory], { cwd: project })
}

function tarballOf(name: string): Tarball {
  const tarball = tarballs.find((each) => each.name === name)
  if (tarball === undefined) throw new Error(`${name} has no tarball`)
  return tarball
}
