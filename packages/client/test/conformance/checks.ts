import type { B2BClientConfig } from '@connected-apps/client'
import { B2BClient } from '@connected-apps/client'
import type { Operation, OperationId } from '@connected-apps/contract'
import { allOperations } from '@connected-apps/contract/operations'
import type { Result } from '../../src/client.ts'
import type { CallOptions } from '../../src/options.ts'
import { credentials, methodsOf } from '../client.ts'
import { firstIdOf, paramsOf } from '../operations.ts'

const { project_id, secret } = credentials
const session_token = 'session-token-that-must-stay-secret'
const secrets = [secret, session_token]
// The Authorization header is listed too, as its base64 does not contain that of the secret.
const sensitive = [...secrets, ...secrets.map(btoa), btoa(`${project_id}:${secret}`)]

type Inspect = (value: unknown) => string
/** Where each runtime has the function that prints a value. */
const { process, Deno, Bun } = globalThis as {
  process?: { getBuiltinModule?: (name: 'node:util') => { inspect: Inspect } }
  Deno?: { inspect: Inspect }
  Bun?: { inspect: Inspect }
}

/** What the client makes of each response of provider.ts, in the runtime that this runs in. */
export async function runChecks(url: string) {
  const results: Record<string, Awaited<ReturnType<typeof check>>> = {}
  for (const operation of allOperations) {
    results[operation.operationId] = await check(operation, `${url}/${operation.operationId}`)
  }
  return results
}

async function check(operation: Operation, url: string) {
  const send = (name: string, config?: Partial<B2BClientConfig>, options?: CallOptions) =>
    call(operation, `${url}/${name}`, config, options)
  const html = await send('html')
  const invalid = { [firstIdOf(operation)]: '..' }
  return {
    success: summaryOf(await send('success')),
    rateLimitedOnce: summaryOf(await send('rate-limited-once', { maxRetries: 1 })),
    unauthorized: summaryOf(await send('unauthorized')),
    html: summaryOf(html),
    truncated: summaryOf(await send('truncated')),
    redirect: summaryOf(await send('redirect')),
    slow: summaryOf(await send('slow', { timeoutMs: 200 })),
    aborted: summaryOf(await send('slow', {}, { signal: AbortSignal.timeout(200) })),
    dotSegment: summaryOf(await call(operation, `${url}/success`, {}, {}, invalid)),
    leakedSecrets: secretsIn([createClient(url), html].map(inspect).join()),
    rejectsBrowser: rejectsBrowser(),
    cache: await cacheOption(operation, `${url}/success`),
    environment: await projectOfEnvironment(operation),
    userAgent: await userAgent(operation, `${url}/success`),
  }
}

export type CheckResults = Awaited<ReturnType<typeof runChecks>>

function createClient(baseUrl: string, config: Partial<B2BClientConfig> = {}): B2BClient {
  return new B2BClient({
    ...credentials,
    baseUrl,
    dangerouslyAllowBrowser: true,
    maxRetries: 0,
    ...config,
  })
}

function call(
  operation: Operation,
  baseUrl: string,
  config?: Partial<B2BClientConfig>,
  options?: CallOptions,
  params: object = {},
): Promise<Result<OperationId>> {
  const { tryCall } = methodsOf(createClient(baseUrl, config), operation)
  const authorization = { session_token }
  return tryCall({ ...paramsOf(operation), ...params }, { authorization, ...options })
}

function summaryOf(result: Result<OperationId>): string {
  if (result.ok) return `${result.body.status_code}`
  const { error } = result
  if (error.kind === 'http') return `${error.kind}: ${error.status_code} ${error.error_type}`
  if (error.kind === 'decode') return `${error.kind}: ${error.reason}`
  return error.kind
}

function inspect(value: unknown): string {
  const print = Deno?.inspect ?? Bun?.inspect ?? process?.getBuiltinModule?.('node:util').inspect
  return JSON.stringify(value) + print?.(value)
}

function secretsIn(text: string): string[] {
  return sensitive.filter((each) => text.includes(each))
}

/** The `cache` that the client passes to a custom `fetch` and to the global one. */
async function cacheOption(operation: Operation, url: string): Promise<unknown[]> {
  const passed: unknown[] = []
  const globalFetch = globalThis.fetch
  const record: typeof fetch = (input, init) => {
    passed.push(init && 'cache' in init ? init.cache : 'absent')
    return globalFetch(input, init)
  }
  await call(operation, url, { fetch: record })
  globalThis.fetch = record
  await call(operation, url)
  globalThis.fetch = globalFetch
  return passed
}

/** The project whose credentials are sent if the config has none, or how the client rejects it. */
async function projectOfEnvironment(operation: Operation): Promise<string | undefined> {
  let sent: string | undefined
  const fetch: B2BClientConfig['fetch'] = (_, { headers }) => {
    sent = headers['authorization']
    return Promise.reject(new Error('not sent'))
  }
  try {
    const client = new B2BClient({ fetch, dangerouslyAllowBrowser: true, maxRetries: 0 })
    await methodsOf(client, operation).tryCall(paramsOf(operation))
  } catch (error) {
    return String(error).split(' (')[0]
  }
  return atob(sent?.replace('Basic ', '') ?? '').split(':')[0]
}

/** The `User-Agent` that the client passes to `fetch`. */
async function userAgent(operation: Operation, url: string): Promise<string | undefined> {
  let passed: string | undefined
  const record: B2BClientConfig['fetch'] = (input, init) => {
    passed = init.headers['user-agent']
    return fetch(input, init)
  }
  await call(operation, url, { fetch: record })
  return passed?.replace(/\d[\d.]*/g, 'N')
}

function rejectsBrowser(): boolean {
  try {
    return !new B2BClient(credentials)
  } catch {
    return true
  }
}
