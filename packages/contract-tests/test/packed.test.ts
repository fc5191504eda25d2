import { mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { consumerProgram } from './packed/consumer.ts'
import { compilers, installConsumerProject } from './packed/consumer-project.ts'
import { nodeFolder, nodeVersions } from './packed/node-binaries.ts'
import { packages } from './packed/places.ts'
import { readmeExamples } from './packed/readme-examples.ts'
import { run } from './packed/run.ts'
import { packAll } from './packed/tarballs.ts'
import type { Tarball } from './packed/tarballs.ts'
import { rightResponse, startProvider } from './provider.ts'
import { rightAnswer } from './right-answer.ts'

const patience = 600_000 // the first run fetches compilers and Node.js binaries
const ok = { code: 0, output: expect.any(String) }

let tarballs: Tarball[]
let project: string

beforeAll(async () => {
  tarballs = await packAll()
  project = await installConsumerProject(tarballs)
}, patience)

describe.each(packages)('the tarball of $name', ({ name }) => {
  test('holds what consumers need, and no tests', async () => {
    const files = await readdir(join(project, 'node_modules', name), { recursive: true })
    expect(files).toEqual(expect.arrayContaining(['package.json', 'README.md', 'LICENSE', 'dist']))
    expect(
      files.filter((file) => /(^|\/)(test|codegen|node_modules)\b|\.test\./.test(file)),
    ).toEqual([])
  })

  test('names versions, not places of the workspace', async () => {
    const manifest = await readFile(join(project, 'node_modules', name, 'package.json'), 'utf8')
    expect(manifest).not.toMatch(/"(?:workspace|catalog|file|link):/)
  })

  test('is clean to publint', async () => {
    const { file } = tarballOf(name)
    const ended = await run('publint', [file, '--strict', '--level', 'suggestion'], {
      cwd: project,
    })
    expect(ended).toEqual(ok)
    expect(ended.output).toContain('All good!')
  })

  test('is clean to attw', async () => {
    const { file } = tarballOf(name)
    expect(await run('attw', [file, '--profile', 'esm-only'], { cwd: project })).toEqual(ok)
  })
})

describe.each(nodeVersions)('under Node %s', (version) => {
  let node: NodeJS.ProcessEnv

  beforeAll(async () => {
    node = { PATH: [await nodeFolder(version), process.env['PATH']].join(delimiter) }
  }, patience)

  test('is the Node that was meant', async () => {
    const ended = await run('node', ['--version'], { cwd: project, env: node })
    expect(ended).toEqual({ code: 0, output: `v${version}\n` })
  })

  test.each([
    ['import', 'consumer.mjs'],
    ['require', 'consumer.cjs'],
  ] as const)('%s gives working packages, without a warning', async (kind, file) => {
    await using provider = await startProvider(() => rightResponse('revoked'))
    await writeFile(join(project, file), consumerProgram(kind, provider.url))
    const { code, output } = await run('node', [file], { cwd: project, env: node })
    expect({ code, output }).toEqual({ code: 0, output: expect.stringMatching(/^\{.*\}\n$/) })
    expect(JSON.parse(output)).toMatchObject({
      status_code: 200,
      method: 'POST',
      openapi: expect.stringMatching(/^3\.1/),
      parameter: 1,
      checked: true,
      runs: 'function',
    })
    expect(provider.requests).toHaveLength(1)
  })

  test('the command runs', async () => {
    await using mock = await startProvider((request) =>
      rightResponse(rightAnswer(request, { answersPrefer: true })),
    )
    const command = join(project, 'node_modules/.bin/contract-tests')
    const args = ['--url', mock.url, '--project-id', 'project-test-1', '--require', 'all']
    const env = { ...node, CONNECTED_APPS_SECRET: 'secret-test-1' }
    const { code, output } = await run(command, args, { cwd: project, env })
    expect(output).toMatch(/\nPASSED: \d+ passed, 0 failed, 0 not provoked\n$/)
    expect(code).toBe(0)
  })
})

test('the suite runs in the vitest of a consumer', async () => {
  await using mock = await startProvider((request) =>
    rightResponse(rightAnswer(request, { answersPrefer: true })),
  )
  const options = { url: mock.url, projectId: 'project-test-1', secret: 'secret', require: 'all' }
  await writeFile(
    join(project, 'provider.test.js'),
    `import { contractSuite } from '@connected-apps/contract-tests/vitest'
contractSuite(${JSON.stringify(options)})
`,
  )
  const vitest = join(project, 'node_modules/vitest/vitest.mjs')
  const ended = await run(process.execPath, [vitest, 'run', 'provider'], {
    cwd: project,
    env: { PATH: process.env['PATH'], NO_COLOR: '1' },
  })
  expect(ended).toEqual({ code: 0, output: expect.stringMatching(/Tests +\d+ passed \(\d+\)/) })
})

describe.each(Object.keys(compilers))('%s', (compiler) => {
  test.each([
    { module: 'nodenext', moduleResolution: 'nodenext' },
    { module: 'esnext', moduleResolution: 'bundler' },
  ])('takes the examples of the READMEs, under $moduleResolution', async (resolution) => {
    const sources = await readmeExamples()
    expect(sources.length).toBeGreaterThan(packages.length)
    const folder = await typeScriptProject(`${compiler}-${resolution.moduleResolution}-readme`, {
      // Only vitest's own declarations need it.
      compilerOptions: { ...resolution, skipLibCheck: true },
      sources,
    })
    expect(await compile(compiler, folder)).toEqual({ code: 0, output: '' })
  })

  test('takes the declarations themselves, without skipLibCheck', async () => {
    const names = packages.flatMap(({ name }) => name)
    const code = names.map((name, index) => `export * as m${index} from '${name}'\n`).join('')
    const folder = await typeScriptProject(`${compiler}-declarations`, {
      compilerOptions: { module: 'nodenext', moduleResolution: 'nodenext', skipLibCheck: false },
      sources: [{ name: 'all', code }],
    })
    expect(await compile(compiler, folder)).toEqual({ code: 0, output: '' })
  })
})

async function typeScriptProject(
  name: string,
  given: { compilerOptions: object; sources: { name: string; code: string }[] },
): Promise<string> {
  const folder = join(project, 'types', name)
  await rm(folder, { recursive: true, force: true })
  await mkdir(folder, { recursive: true })
  const compilerOptions = {
    target: 'es2022',
    lib: ['es2023'],
    types: ['node'],
    strict: true,
    exactOptionalPropertyTypes: true,
    noEmit: true,
    ...given.compilerOptions,
  }
  await writeFile(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions }))
  for (const source of given.sources) {
    await writeFile(join(folder, `${source.name}.ts`), source.code)
  }
  return folder
}

function compile(compiler: string, folder: string) {
  const tsc = join(project, 'node_modules', compiler, 'bin/tsc')
  return run(process.execPath, [tsc, '-p', folder], { cwd: project })
}

function tarballOf(name: string): Tarball {
  const tarball = tarballs.find((each) => each.name === name)
  if (tarball === undefined) throw new Error(`${name} was not packed`)
  return tarball
}
