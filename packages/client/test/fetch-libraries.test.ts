import { execFile } from 'node:child_process'
import { EventEmitter, once } from 'node:events'
import type { ServerResponse } from 'node:http'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { B2BClientConfig } from '@connected-apps/client'
import type { Operation } from '@connected-apps/contract'
import { allOperations, operations } from '@connected-apps/contract/operations'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { packageVersions } from '../../../scripts/package-versions.ts'
import { connectTo } from './client.ts'
import { fetchOrSkip } from './fetch-or-skip.ts'
import { listen, respondWith } from './loopback.ts'
import { bodyOf, paramsOf } from './operations.ts'
import { createPackedProject } from './packed-project.ts'
import type { PackedProject } from './packed-project.ts'

type Fetch = NonNullable<B2BClientConfig['fetch']>

const { directory, load, skipReason } = await fetchOrSkip({
  'undici-7': 'npm:undici@7.30.2',
  'undici-8': `npm:undici@${packageVersions.undici}`,
  'node-fetch': '3.3.2',
  'cross-fetch': '4.1.0',
  '@types/node': packageVersions['@types/node'],
  typescript: packageVersions['typescript-7'],
})

/** How each library is imported, and the name of its function in its module. */
const libraries = [
  { name: 'undici-7', imports: `{ fetch } from 'undici-7'`, property: 'fetch' },
  { name: 'undici-8', imports: `{ fetch } from 'undici-8'`, property: 'fetch' },
  { name: 'node-fetch', imports: `fetch from 'node-fetch'`, property: 'default' },
  { name: 'cross-fetch', imports: `fetch from 'cross-fetch'`, property: 'default' },
]

const operation = operations.revokeConnectedApp
const params = paramsOf(operation)

/** Listens, and responds with a success whose body has only started, unless it is continued. */
async function listenUnfinished(continueBody: (response: ServerResponse) => unknown = () => {}) {
  const responses = new EventEmitter()
  const closed = once(responses, 'closed')
  const server = await listen((_request, response) => {
    response.once('close', () => responses.emit('closed'))
    response.writeHead(operation.successStatus, { 'content-type': operation.mediaType })
    response.write(' ')
    continueBody(response)
  })
  return { ...server, closed }
}

function writeForever(response: ServerResponse): void {
  while (response.write(' '.repeat(10_000)));
  response.once('drain', () => writeForever(response))
}

describe.each(libraries)('with the fetch of $name', ({ name, property }) => {
  const connect = (
    baseUrl: string,
    config: Partial<B2BClientConfig> = {},
    of: Operation = operation,
  ) => connectTo(of, baseUrl, { fetch: load(name)[property] as Fetch, maxRetries: 0, ...config })

  test.each(allOperations)('$clientMethod resolves to the body of a success', async (each) => {
    const server = await listen((_request, response) => respondWith(response, each, 'success'))
    const { call } = connect(server.url, {}, each)
    expect(await call(paramsOf(each))).toEqual(bodyOf(each, 'success'))
    expect(server.requests.map(({ method }) => method)).toEqual([each.method.toUpperCase()])
  })

  test('an error of the API is an http error with all its fields', async () => {
    const notFound = Object.values(operation.examples).find(({ status }) => status === 404)
    const server = await listen((_request, response) =>
      response
        .writeHead(404, { 'content-type': operation.mediaType })
        .end(JSON.stringify(notFound?.body)),
    )
    const { error_type, error_message, request_id } = Object(notFound?.body)
    expect(await connect(server.url).tryCall(params)).toMatchObject({
      ok: false,
      error: { kind: 'http', status_code: 404, error_type, error_message, request_id },
    })
  })

  test('a body above the maximum is a decode error, and is not read to its end', async () => {
    const server = await listenUnfinished(writeForever)
    const result = await connect(server.url, { maxResponseBytes: 100_000 }).tryCall(params)
    expect(result).toMatchObject({ ok: false, error: { kind: 'decode', reason: 'size' } })
    await server.closed
  })

  test('an abort while the body arrives closes the connection', async () => {
    const server = await listenUnfinished()
    const controller = new AbortController()
    const libraryFetch = load(name)[property] as Fetch
    const { tryCall } = connect(server.url, {
      fetch: async (...args) => {
        const response = await libraryFetch(...args)
        setTimeout(() => controller.abort(), 50)
        return response
      },
    })
    const result = await tryCall(params, { signal: controller.signal })
    expect(result).toMatchObject({ ok: false, error: { kind: 'aborted', attempts: 1 } })
    await server.closed
  })

  test('a body that never ends times out, which closes the connection', async () => {
    const server = await listenUnfinished()
    const result = await connect(server.url, { timeoutMs: 300 }).tryCall(params)
    expect(result).toMatchObject({ ok: false, error: { kind: 'timeout', limit: 'timeoutMs' } })
    await server.closed
  })

  test('a body that breaks off is a network error with a code', async () => {
    const server = await listenUnfinished((response) => setTimeout(() => response.destroy(), 50))
    expect(await connect(server.url).tryCall(params)).toMatchObject({
      ok: false,
      error: { kind: 'network', code: expect.stringMatching(/SOCKET|ECONNRESET|PREMATURE_CLOSE/) },
    })
    expect(server.requests).toHaveLength(1)
  })

  test('a server that cannot be reached is a network error with its code', async () => {
    const server = await listen(() => undefined)
    await server.stop()
    expect(await connect(server.url).tryCall(params)).toMatchObject({
      ok: false,
      error: { kind: 'network', code: 'ECONNREFUSED' },
    })
  })
})

describe('the types of the client', () => {
  const passing = libraries.map(({ name, imports }) => ({
    name,
    code: `import { B2BClient } from '@connected-apps/client'
import type { Fetch } from '@connected-apps/client'
import ${imports}

export const typed: Fetch = fetch
export const client = new B2BClient({ project_id: 'project-test-1', secret: 'secret', fetch })
`,
  }))
  const dispatching = ['undici-7', 'undici-8'].map((name) => ({
    name: `${name} with a dispatcher`,
    code: `import { readFileSync } from 'node:fs'
import { B2BClient } from '@connected-apps/client'
import { Agent, fetch, ProxyAgent } from '${name}'

const [ca, cert, key] = ['ca.pem', 'client.pem', 'key.pem'].map((file) => readFileSync(file))
const proxy = new ProxyAgent({ uri: 'http://proxy.example.com:3128', requestTls: { ca } })
export const clients = [proxy, new Agent({ connect: { ca, cert, key } })].map(
  (dispatcher) => new B2BClient({ fetch: (url, init) => fetch(url, { ...init, dispatcher }) }),
)
`,
  }))
  const programs = [...passing, ...dispatching]
  const compilerOptions = {
    target: 'es2022',
    lib: ['es2023'],
    module: 'nodenext',
    types: ['node'],
    strict: true,
    exactOptionalPropertyTypes: true,
    skipLibCheck: true,
    noEmit: true,
  }
  let project: PackedProject | undefined

  beforeAll(async () => {
    if (skipReason !== undefined) return
    const files: Record<string, string> = {}
    for (const { name, code } of programs) {
      files[`${name}/index.ts`] = code
      files[`${name}/tsconfig.json`] = JSON.stringify({ compilerOptions })
    }
    project = await createPackedProject(directory, files)
  }, 600_000)

  afterAll(() => project?.remove())

  test.each(programs)('accept the fetch of $name without a cast', async ({ name }) => {
    const tsc = join(directory, 'typescript/bin/tsc')
    const output = promisify(execFile)(process.execPath, [tsc, '-p', name], {
      cwd: project?.directory,
    }).catch((error: { stdout: string }) => error) // the errors of the compiler are part of it
    expect(await output).toMatchObject({ stdout: '' })
  })
})
