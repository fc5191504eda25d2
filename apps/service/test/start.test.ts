import type { ChildProcess, ChildProcessByStdio } from 'node:child_process'
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdtemp, readdir, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { contract } from '@connected-apps/contract/operations'
import { afterEach, describe, expect, inject, it } from 'vitest'
import { demo } from '../demo/project.ts'
import { createDatabase } from './support/database.ts'
import { revoke } from './support/revoke.ts'
import { addTenant } from './support/tenant.ts'

const main = fileURLToPath(new URL('../src/main.ts', import.meta.url))
const auditLog = fileURLToPath(new URL('../src/audit/command.ts', import.meta.url))
const running = new Set<ChildProcess>()

afterEach(() => {
  for (const child of running) child.kill('SIGKILL')
})

/** Runs what `pnpm start` runs, with this environment. */
function start(environment: NodeJS.ProcessEnv, args: string[] = []) {
  const { PATH, NODE_COMPILE_CACHE } = process.env
  const child = spawn(process.execPath, [main, ...args], {
    env: { PATH, NODE_COMPILE_CACHE, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  running.add(child)
  const output = { out: '', err: '' }
  child.stdout.on('data', (chunk: Buffer) => (output.out += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (output.err += chunk.toString()))
  const exited = once(child, 'close').then(([code]) => {
    running.delete(child)
    return code as number | null // the types of node:child_process lack it
  })
  return { child, output, exited }
}

async function waitFor(child: ChildProcess, isThere: () => boolean): Promise<void> {
  while (!isThere()) await once(child.stdout ?? child, 'data')
}

/** Waits until the service logs that it is listening. @returns its URL */
async function listening(
  { stderr }: ChildProcessByStdio<null, Readable, Readable>,
  output: { err: string },
): Promise<string> {
  while (!output.err.includes('"listening"')) await once(stderr, 'data')
  return /"url":"([^"]+)"/.exec(output.err)?.[1] ?? ''
}

describe('pnpm start', () => {
  it('without a database starts its own, completes a flow, and prints the ids, its DATABASE_URL and the next command', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'start-test-'))
    await chmod(directory, 0o755)
    const { child, output, exited } = start({ PORT: '0', TMPDIR: directory })
    await waitFor(child, () => output.out.includes('npm run walk'))
    const { organizationId, memberId, connectedAppId, sessionToken, secret } = demo
    for (const each of [organizationId, memberId, connectedAppId, sessionToken, secret]) {
      expect(output.out).toContain(each)
    }
    expect(output.out).toContain(`${contract.title} ${contract.version}`)
    const [, databaseUrl] = /^ {2}DATABASE_URL +(\S+)$/m.exec(output.out) ?? []
    const log = await promisify(execFile)(process.execPath, [auditLog], {
      env: { PATH: process.env['PATH'], DATABASE_URL: databaseUrl },
    })
    expect(JSON.parse(log.stdout)).toMatchObject({ action: 'consent', member_id: memberId })

    child.kill('SIGINT')
    expect(await exited).toBe(0)
    expect(await readdir(directory)).toEqual([])
    await rm(directory, { recursive: true })
    expect(output.err).toBe('')
  })

  it('killed, leaves neither its PostgreSQL nor its data behind', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'start-test-'))
    await chmod(directory, 0o755)
    const { child, output, exited } = start({ PORT: '0', TMPDIR: directory })
    await waitFor(child, () => output.out.includes('npm run walk'))
    expect(await readdir(directory)).toHaveLength(1)
    child.kill('SIGKILL')
    await exited
    await expect.poll(() => readdir(directory), { timeout: 20_000 }).toEqual([])
    await rm(directory, { recursive: true })
  })

  it('with a database uses that one, adds no demo to it, and stops after a delay', async () => {
    const database = await createDatabase()
    const { child, output, exited } = start({
      PORT: '0',
      DATABASE_URL: database.url,
      SHUTDOWN_DELAY_SECONDS: '600',
    })
    const url = await listening(child, output)
    expect((await fetch(`${url}/health/ready`)).status).toBe(200)
    expect((await fetch(`${url}/demo/callback`)).status).toBe(404)
    expect(output.err).toContain(`"contract":"${contract.version}"`)
    const { rows } = await database.pool.query('SELECT FROM projects')
    expect(rows).toEqual([])

    // The platform sees that it is not ready, and still sends requests for a while.
    child.kill('SIGTERM')
    const isReady = async () => (await fetch(`${url}/health/ready`)).ok
    await expect.poll(isReady, { timeout: 20_000 }).toBe(false)
    expect((await fetch(`${url}/health/live`)).status).toBe(200)
    const repeating = setInterval(() => child.kill('SIGTERM'), 200)
    expect(await exited).toBe(0)
    clearInterval(repeating)
    expect(output.err).toMatch(/"msg":"stopped"}\n$/)
    expect(output.out).toBe('')
    await database.drop()
  })

  it('enforces the limits that its environment sets', async () => {
    const database = await createDatabase()
    const { child, output, exited } = start({
      PORT: '0',
      DATABASE_URL: database.url,
      SHUTDOWN_DELAY_SECONDS: '600',
      RATE_LIMIT_REQUESTS: '1',
      RATE_LIMIT_WINDOW_SECONDS: '600',
    })
    const url = await listening(child, output)
    const tenant = await addTenant(database.pool)
    expect((await revoke(url, tenant)).status).toBe(200)
    const rejected = await revoke(url, tenant)
    expect(rejected.status).toBe(429)
    expect(Number(rejected.headers.get('retry-after'))).toBeGreaterThan(300)
    child.kill('SIGINT') // from a person, who does not wait for a delay
    expect(await exited).toBe(0)
    await database.drop()
  })

  it('waits for the migration of another instance, logs it in one line, and stops at a signal', async () => {
    const database = await createDatabase()
    const client = await database.pool.connect()
    await client.query('SELECT pg_advisory_lock(70092024)')
    const { child, output, exited } = start({ PORT: '0', DATABASE_URL: database.url })
    await expect.poll(() => output.err, { timeout: 20_000 }).toContain('waiting for')
    child.kill('SIGTERM')
    expect(await exited).toBe(0)
    expect(output.err).toMatch(/^{.*"msg":"waiting for another instance[^\n]*}\n$/)
    client.release(true)
    await database.drop()
  })

  it('with a database that never responds stops at a signal, and prints nothing', async () => {
    const silent = createServer((socket) => socket.on('error', () => undefined))
    await once(silent.listen(0, '127.0.0.1'), 'listening')
    const { port } = silent.address() as AddressInfo // it listens on TCP
    const connected = once(silent, 'connection')
    const { child, output, exited } = start({
      PORT: '0',
      DATABASE_URL: `postgres://127.0.0.1:${port}/x`,
    })
    await connected
    child.kill('SIGTERM')
    expect(await exited).toBe(0)
    expect(output).toEqual({ out: '', err: '' })
    silent.close()
  })

  // The kernel sends a container's first process no signal that it does not listen for yet.
  it('stops at a signal that arrives before most of it is loaded', async () => {
    const hooks = `
      import { registerHooks } from 'node:module'
      let isSent = false
      registerHooks({
        resolve(specifier, context, next) {
          const isFirst = /\\/(main|stop-signals)\\.ts$/.test(specifier)
          if (!isSent && !isFirst) process.kill(process.pid, 'SIGTERM')
          isSent ||= !isFirst
          return next(specifier, context)
        },
      })`
    const { output, exited } = start({
      PORT: '0',
      DATABASE_URL: inject('postgresUrl'),
      NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(hooks)}`,
    })
    expect(await exited).toBe(0)
    expect(output).toEqual({ out: '', err: '' })
  })

  it('with a database that does not respond reports it in one line', async () => {
    const { output, exited } = start({ PORT: '0', DATABASE_URL: 'postgres://127.0.0.1:1/x' })
    expect(await exited).toBe(2)
    expect(output.err).toBe('connected-apps: no PostgreSQL server is listening at DATABASE_URL\n')
  })

  it.each([
    ['a database that does not exist', { DATABASE_URL: '/nowhere' }, 'DATABASE_URL'],
    ['a file that does not exist', { DATABASE_URL: '/x?sslrootcert=/nowhere' }, 'DATABASE_URL'],
    ['a percent sign that encodes nothing', { DATABASE_URL: '/%zz' }, 'DATABASE_URL'],
    ['a host that is not its own', { HOST: '192.0.2.1' }, 'HOST'],
    ['a host that is no name', { HOST: 'no host' }, 'HOST'],
  ])('with %s names the variable in one line', async (_, environment, variable) => {
    const url = inject('postgresUrl')
    const { DATABASE_URL: path, HOST } = {
      DATABASE_URL: undefined,
      HOST: undefined,
      ...environment,
    }
    const { output, exited } = start({
      PORT: '0',
      DATABASE_URL: path === undefined ? url : url.replace(/\/[^/]*$/, path),
      ...(HOST !== undefined && { HOST, PUBLIC_URL: 'https://apps.example' }),
      LOG_LEVEL: 'silent',
    })
    expect(await exited).toBe(2)
    expect(output.err).toMatch(new RegExp(`^connected-apps: .*${variable}.*\n$`))
  })

  it('with something else at DATABASE_URL reports it in one line', async () => {
    const other = createServer((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'))
    await once(other.listen(0, '127.0.0.1'), 'listening')
    const { port } = other.address() as AddressInfo // it listens on TCP
    const { output, exited } = start({ PORT: '0', DATABASE_URL: `postgres://127.0.0.1:${port}/x` })
    expect(await exited).toBe(2)
    expect(output.err).toBe(
      'connected-apps: no connection to PostgreSQL at DATABASE_URL: Connection terminated unexpectedly\n',
    )
    other.close()
  })

  it('with a server that does not support TLS reports it in one line', async () => {
    const { output, exited } = start({
      PORT: '0',
      DATABASE_URL: `${inject('postgresUrl')}?sslmode=require`,
    })
    expect(await exited).toBe(2)
    expect(output.err).toBe(
      'connected-apps: no connection to PostgreSQL at DATABASE_URL: The server does not support SSL connections\n',
    )
  })

  it('with a role that may not create tables reports it in one line', async () => {
    const database = await createDatabase()
    await database.pool.query("CREATE ROLE reader LOGIN PASSWORD 'reader'")
    const url = new URL(database.url)
    url.username = url.password = 'reader'
    const { output, exited } = start({ PORT: '0', DATABASE_URL: url.href })
    expect(await exited).toBe(2)
    expect(output.err).toBe(
      "connected-apps: the role of DATABASE_URL may not migrate the schema (permission denied for schema public); run `migrate` with MIGRATION_DATABASE_URL too, the URL of the tables' owner\n",
    )
    await database.pool.query('DROP ROLE reader')
    await database.drop()
  })

  it('with a temporary directory that does not exist names it in one line', async () => {
    const { output, exited } = start({ PORT: '0', TMPDIR: '/nonexistent' })
    expect(await exited).toBe(2)
    expect(output.err).toBe(
      'connected-apps: the embedded PostgreSQL failed: cannot use the temporary directory /nonexistent (ENOENT); set TMPDIR to another\n',
    )
  })

  it.runIf(process.getuid?.() === 0)(
    'with a temporary directory that only root can access names it in one line',
    async () => {
      const directory = await mkdtemp(join(tmpdir(), 'start-test-'))
      const { output, exited } = start({ PORT: '0', TMPDIR: directory })
      expect(await exited).toBe(2)
      expect(output.err).toMatch(
        new RegExp(`^connected-apps: the embedded PostgreSQL failed: .*${directory}.*TMPDIR.*\n$`),
      )
      expect(await readdir(directory)).toEqual([])
      await rm(directory, { recursive: true })
    },
  )

  it('whose demo cannot reach itself reports it in one line, and leaves nothing behind', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'start-test-'))
    await chmod(directory, 0o755)
    const proxy = { NODE_USE_ENV_PROXY: '1', HTTP_PROXY: 'http://127.0.0.1:1' }
    const { output, exited } = start({ PORT: '0', TMPDIR: directory, ...proxy })
    expect(await exited).toBe(2)
    expect(output.err).toMatch(
      /^connected-apps: the demo fails at its own address, http:\/\/127\.0\.0\.1:\d+: fetch failed\n$/,
    )
    expect(await readdir(directory)).toEqual([])
    await rm(directory, { recursive: true })
  })

  it('with a port that is taken reports it in one line', async () => {
    const other = createServer().listen(0, '127.0.0.1')
    await once(other, 'listening')
    const { port } = other.address() as AddressInfo // it listens on TCP
    const { output, exited } = start({
      PORT: String(port),
      DATABASE_URL: inject('postgresUrl'),
      LOG_LEVEL: 'silent',
    })
    expect(await exited).toBe(2)
    expect(output.err).toBe(
      `connected-apps: port ${port} on 127.0.0.1 is in use; set PORT to another one, or to 0 for any that is free\n`,
    )
    other.close()
  })

  it.each<[string, NodeJS.ProcessEnv]>([
    ['PUBLIC_URL', { PUBLIC_URL: 'https://apps.example' }],
    ['HOST', { HOST: '0.0.0.0' }],
    ['DATABASE_URL', { DATABASE_URL: '' }],
  ])(
    'with what a demo must not have in %s explains in one line what to do',
    async (variable, environment) => {
      const { output, exited } = start({ PORT: '0', ...environment })
      expect(await exited).toBe(2)
      expect(output).toEqual({
        out: '',
        err: expect.stringMatching(
          new RegExp(String.raw`^connected-apps: ${variable} .*(?:DATABASE_URL|unset it).*\n$`),
        ),
      })
    },
  )

  it.each([['--help'], ['--version']])(
    'with %s prints the version of the contract',
    async (option) => {
      const { output, exited } = start({}, [option])
      expect(await exited).toBe(0)
      expect(output).toEqual({ out: expect.stringContaining(contract.version), err: '' })
    },
  )

  it.each([['--prot', '5'], ['5\n6']])(
    'with the argument %j explains in one line what to do',
    async (...args) => {
      const { output, exited } = start({ PORT: '0', DATABASE_URL: inject('postgresUrl') }, args)
      expect(await exited).toBe(2)
      expect(output.err).toMatch(
        /^connected-apps: [^\n]*(?:unknown option --prot|unexpected argument)[^\n]*; see connected-apps --help\n$/,
      )
    },
  )

  it('with an invalid configuration names each invalid setting in a line', async () => {
    const { output, exited } = start({ PORT: 'x', LOG_LEVEL: 'loud' })
    expect(await exited).toBe(2)
    expect(output.err.trim().split('\n')).toHaveLength(2)
  })
})
