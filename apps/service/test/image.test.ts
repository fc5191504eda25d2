import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { lstat, mkdtempDisposable, readdir, readFile, readlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { isAbsolute, join } from 'node:path'
import { text } from 'node:stream/consumers'
import { aroundAll, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import type { Image } from '../../../scripts/build-image.ts'
import { buildImages, readDockerignore } from '../../../scripts/build-image.ts'
import mockManifest from '../../mock/package.json' with { type: 'json' }
import manifest from '../package.json' with { type: 'json' }
import { findFreePort } from '../src/postgres/embedded/cluster.ts'
import { readCompose, readRoleStatements } from './support/compose.ts'
import { createDatabase } from './support/database.ts'

const repository = new URL('../../../', import.meta.url)
/** The repository is installed and compiled once more. */
const buildTimeoutMs = 300_000
const images = {} as Record<'build' | 'mock' | 'service', Image> // filled before the first test runs

aroundAll(async (runTests) => {
  await using directory = await mkdtempDisposable(join(tmpdir(), 'image-test-'))
  Object.assign(images, Object.fromEntries(await buildImages(directory.path)))
  await runTests()
}, buildTimeoutMs)

describe('the Dockerfile', () => {
  it('names the Node.js that everything else runs on', async () => {
    const workspace = parse(await readFile(new URL('pnpm-workspace.yaml', repository), 'utf8'))
    expect(images.build.base).toBe(`node:${workspace.catalog.node}-trixie`)
    for (const { base } of [images.mock, images.service]) {
      expect(base).toBe(`node:${workspace.catalog.node}-trixie-slim`)
    }
  })

  it('leaves secrets and what is built elsewhere out of the build', async () => {
    const isIgnored = await readDockerignore()
    for (const path of ['.env', '.env.local', '.git', 'node_modules', 'apps/mock/dist']) {
      expect(isIgnored(path)).toBe(true)
    }
  })
})

describe.each([
  {
    name: 'service' as const,
    start: manifest.scripts.start,
    unwanted: { ...manifest.devDependencies, ...manifest.optionalDependencies },
    contents: ['README.md', 'dist', 'migrations'],
    maxMegabytes: 20,
  },
  {
    name: 'mock' as const,
    start: `${mockManifest.scripts.start} --host 0.0.0.0`,
    unwanted: mockManifest.devDependencies,
    contents: ['README.md', 'dist'],
    maxMegabytes: 60,
  },
])('the image of the $name', ({ name, start, unwanted, contents, maxMegabytes }) => {
  it('runs Node.js itself, as the script start does, and not as root', () => {
    const { command, user, env } = images[name]
    expect(command).toEqual(start.split(' '))
    expect(user).toBe('node')
    expect(env).toMatchObject({ NODE_ENV: 'production' })
  })

  it('contains what it runs, and nothing else', async () => {
    const installed = ['node_modules', 'package.json', 'pnpm-lock.yaml', 'pnpm-workspace.yaml']
    expect(await readdir(join(images[name].files, 'app'))).toEqual([...contents, ...installed])
    const packages = await packagesOf(images[name])
    expect(packages).toContain('@connected-apps/contract')
    // What Prism depends on, and what the reports of the proxy do.
    const needed = name === 'mock' ? ['@types/node', '@connected-apps/client'] : []
    const tools = ['openid-client', 'typescript', 'vitest', ...Object.keys(unwanted)]
    for (const each of tools) {
      if (!needed.includes(each)) expect(packages).not.toContain(each)
    }
    const own = (await filesOf(images[name])).filter((path) => !isOfOthers(path))
    expect(own.filter((path) => /(?<!\.d)\.ts$|\/(?:test|bench|demo|soak)\//.test(path))).toEqual(
      [],
    )
  })

  it('is small, and can be read by any user wherever it is', async () => {
    let bytes = 0
    const unusable: string[] = []
    for (const path of await filesOf(images[name])) {
      const status = await lstat(path)
      bytes += status.size
      const isUsable = status.isSymbolicLink()
        ? !isAbsolute(await readlink(path))
        : (status.mode & 0o004) > 0
      if (!isUsable) unusable.push(path)
    }
    expect(unusable).toEqual([])
    expect(bytes / 1e6).toBeLessThan(maxMegabytes)
  })
})

describe('the service in its image', () => {
  it('runs as compose.yaml says: migrates, becomes healthy, writes no files, stops at SIGTERM', async () => {
    const passwords = { POSTGRES_PASSWORD: '1', OWNER_PASSWORD: '2', SERVICE_PASSWORD: '3' }
    const compose = await readCompose(passwords)
    const database = await createDatabase()
    const { host, pathname } = new URL(database.url)
    const here = (environment: Record<string, string>) =>
      Object.fromEntries(
        Object.entries(environment).map(([name, value]) => [
          name,
          value.replace('@postgres/connected_apps', `@${host}${pathname}`),
        ]),
      )
    await database.pool.query(await readRoleStatements(pathname.slice(1), passwords))
    const { command = [], environment: migration } = compose.migrate
    const migrated = await run(images.service, command, here(migration)).exited
    expect(migrated).toMatchObject({ code: 0, err: '' })

    const port = await findFreePort()
    const environment = {
      ...here(compose.service.environment),
      PORT: String(port),
      SHUTDOWN_DELAY_SECONDS: '0',
    }
    const filesBefore = await filesOf(images.service)
    const { child, exited } = run(images.service, images.service.command, environment)
    await expect.poll(() => isReady(`http://127.0.0.1:${port}/health/ready`), polling).toBe(true)
    const { healthcheck } = images.service
    expect(await run(images.service, healthcheck, environment).exited).toMatchObject({ code: 0 })
    const provision = ['node', 'dist/provision/command.js', 'project']
    expect(await run(images.service, provision, environment).exited).toMatchObject({ code: 0 })
    child.kill('SIGTERM')
    const { code, out, err } = await exited
    expect({ code, out }).toEqual({ code: 0, out: '' })
    // It warns if its role owns the tables, or has no `statement_timeout`.
    expect(err).not.toContain('"level":40')
    expect(await run(images.service, healthcheck, environment).exited).toMatchObject({ code: 1 })
    expect(await filesOf(images.service)).toEqual(filesBefore)

    await database.drop()
  })

  it('without DATABASE_URL reports it in one line', async () => {
    expect(await run(images.service, images.service.command).exited).toEqual({
      code: 2,
      out: '',
      err: expect.stringMatching(/^connected-apps: DATABASE_URL is missing; set it .*\n$/),
    })
  })
})

describe('the mock in its image', () => {
  it('becomes healthy, writes no files, and stops at SIGTERM', async () => {
    const { command, healthcheck } = images.mock
    const port = String(await findFreePort())
    const filesBefore = await filesOf(images.mock)
    const { child, exited } = run(images.mock, [...command, '--port', port])
    await expect.poll(() => isReady(`http://127.0.0.1:${port}/__mock/health`), polling).toBe(true)
    const check = healthcheck.map((part) => part.replace('4010', port))
    expect(await run(images.mock, check).exited).toMatchObject({ code: 0 })
    child.kill('SIGTERM')
    expect(await exited).toMatchObject({ code: 0, err: '' })
    expect(await run(images.mock, check).exited).toMatchObject({ code: 1 })
    expect(await filesOf(images.mock)).toEqual(filesBefore)
  })
})

/** How often to check whether a server is ready, and for how long. */
const polling = { interval: 50, timeout: 20_000 }

async function isReady(url: string): Promise<boolean> {
  return fetch(url).then(
    ({ ok }) => ok,
    () => false,
  )
}

/** Runs a command as a container would, without a directory for temporary files. */
function run({ files, workdir, env }: Image, command: string[], environment = {}) {
  const [program, ...args] = command
  const child = spawn(program === 'node' ? process.execPath : '', args, {
    cwd: join(files, workdir),
    env: { TMPDIR: '/dev/null/none', ...env, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const exited = Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]).then(
    ([out, err, [code]]) => ({ code: code as number | null, out, err }), // node:child_process says so
  )
  return { child, exited }
}

/** Absolute paths of everything in an image but its directories, in alphabetical order. */
async function filesOf({ files }: Image): Promise<string[]> {
  const entries = await readdir(files, { recursive: true, withFileTypes: true })
  return entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name))
    .toSorted()
}

function isOfOthers(path: string): boolean {
  return path.includes('/node_modules/') && !path.includes('/node_modules/@connected-apps/')
}

/** The names of the installed packages. */
async function packagesOf({ files }: Image): Promise<string[]> {
  const names = await readdir(join(files, 'app/node_modules/.pnpm'))
  return names.map((name) => name.replace('+', '/').replace(/(?<=.)@.*/, ''))
}
