import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { operations } from '@connected-apps/contract/operations'
import { expect, onTestFinished, test } from 'vitest'
import { credentials } from './client.ts'
import { listen, respondWith } from './loopback.ts'
import { startForwardProxy } from './network/forward-proxy.ts'
import type { ProxyOptions } from './network/undici.ts'
import { fetchUndici } from './network/undici.ts'
import { listenWithTls } from './network/tls-server.ts'
import { paramsOf } from './operations.ts'
import { createPackedProject } from './packed-project.ts'

const operation = operations.revokeConnectedApp
const params = paramsOf(operation)

const { directory, load, revokeWith, certificates } = await fetchUndici({ 'proxy-chain': '3.0.1' })

function revokeThrough(options: ProxyOptions, baseUrl: string) {
  return revokeWith(({ ProxyAgent }) => new ProxyAgent(options), baseUrl)
}

/** Starts a forward proxy, and a server that revokes. */
async function startBoth() {
  const proxy = await startForwardProxy(load)
  const api = await listen((_request, response) => respondWith(response, operation, 'success'))
  return { proxy, api }
}

test("revokes through a forward proxy with undici's ProxyAgent", async () => {
  const { proxy, api } = await startBoth()
  expect(await revokeThrough({ uri: proxy.url }, api.url)).toMatchObject({ ok: true })
  expect(proxy.targets).toEqual([new URL(api.url).host])
  expect(api.requests).toHaveLength(1)
})

test('revokes through a forward proxy from a server whose certificate a private CA issued', async () => {
  const proxy = await startForwardProxy(load)
  const api = await listenWithTls((await certificates()).server)
  const requestTls = { ca: (await certificates()).ca }
  expect(await revokeThrough({ uri: proxy.url, requestTls }, api.url)).toMatchObject({ ok: true })
  expect(proxy.targets).toEqual([new URL(api.url).host])
  expect(api.clients).toHaveLength(1)
})

test('names the status with which a forward proxy rejects its credentials', async () => {
  const proxy = await startForwardProxy(load)
  const api = await listenWithTls((await certificates()).server)
  const result = await revokeThrough({ uri: proxy.urlWithoutCredentials }, api.url)
  expect(result).toMatchObject({
    ok: false,
    error: { kind: 'network', code: 'UND_ERR_ABORTED', message: expect.stringContaining('(407)') },
  })
  expect(api.clients).toEqual([])
})

test('has the code of a forward proxy that cannot be reached', async () => {
  const api = await listen((_request, response) => respondWith(response, operation, 'success'))
  const stopped = await listen(() => undefined)
  await stopped.stop()
  expect(await revokeThrough({ uri: stopped.url }, api.url)).toMatchObject({
    ok: false,
    error: { kind: 'network', code: 'ECONNREFUSED' },
  })
  expect(api.requests).toEqual([])
})

test('a new project revokes through a forward proxy as the README documents it', async () => {
  const { proxy, api } = await startBoth()
  const project = await createPackedProject(directory, {
    'revoke.ts': `import { B2BClient } from '@connected-apps/client'
import { fetch, ProxyAgent } from 'undici'

const dispatcher = new ProxyAgent('${proxy.url}')
const client = new B2BClient({
  baseUrl: '${api.url}',
  fetch: (url, init) => fetch(url, { ...init, dispatcher }),
})
await client.organizations.members.connectedApps.revoke(${JSON.stringify(params)})
`,
  })
  onTestFinished(project.remove)
  await promisify(execFile)(process.execPath, ['revoke.ts'], {
    cwd: project.directory,
    env: {
      ...process.env,
      STYTCH_PROJECT_ID: credentials.project_id,
      STYTCH_SECRET: credentials.secret,
    },
  })
  expect(proxy.targets).toEqual([new URL(api.url).host])
  expect(api.requests).toHaveLength(1)
})

/** Revokes in a process of its own, which is where environment variables of Node.js have an effect. */
async function revokeWithEnvironment(
  baseUrl: string,
  environment: Record<string, string>,
): Promise<unknown> {
  const config = JSON.stringify({ ...credentials, baseUrl, maxRetries: 0 })
  const program = `import { B2BClient } from '@connected-apps/client'
const { connectedApps } = new B2BClient(${config}).organizations.members
const result = await connectedApps.tryRevoke(${JSON.stringify(params)})
console.log(JSON.stringify(result))`
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--input-type=module', '--eval', program],
    {
      // Within the package, so that it finds itself by its name.
      cwd: fileURLToPath(new URL('..', import.meta.url)),
      // No other variables: they might name a proxy, too.
      env: environment,
      timeout: 60_000,
    },
  )
  return JSON.parse(stdout)
}

test('revokes through the forward proxy of HTTP_PROXY with NODE_USE_ENV_PROXY', async () => {
  const { proxy, api } = await startBoth()
  const result = await revokeWithEnvironment(api.url, {
    NODE_USE_ENV_PROXY: '1',
    HTTP_PROXY: proxy.url,
  })
  expect(result).toMatchObject({ ok: true })
  expect(proxy.targets).toEqual([new URL(api.url).host])
  expect(api.requests).toHaveLength(1)
})

test('revokes through HTTPS_PROXY from a server with a CA of NODE_EXTRA_CA_CERTS', async () => {
  const proxy = await startForwardProxy(load)
  const api = await listenWithTls((await certificates()).server)
  const temporary = await mkdtemp(join(tmpdir(), 'ca-'))
  onTestFinished(() => rm(temporary, { recursive: true }))
  const file = join(temporary, 'ca.pem')
  await writeFile(file, (await certificates()).ca)
  const environment = { NODE_USE_ENV_PROXY: '1', HTTPS_PROXY: proxy.url }
  expect(
    await revokeWithEnvironment(api.url, { ...environment, NODE_EXTRA_CA_CERTS: file }),
  ).toMatchObject({ ok: true })
  expect(proxy.targets).toEqual([new URL(api.url).host])
  // The server's certificate is checked behind the proxy, too.
  expect(await revokeWithEnvironment(api.url, environment)).toMatchObject({
    ok: false,
    error: { kind: 'network', code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' },
  })
  expect(api.clients).toHaveLength(1)
})
