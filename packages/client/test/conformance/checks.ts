import type {
  B2BClientConfig,
  RevokeOptions,
  RevokeParams,
  RevokeResult,
} from '@connected-apps/client'
import { B2BClient } from '@connected-apps/client'
import { pathParameterExamples as ids } from '@connected-apps/contract/examples'

const secrets = ['secret-test-Zm9vYmFyYmF6cXV4', 'session-token-that-nobody-may-see'] as const
const [secret, session_token] = secrets
const project_id = 'project-test-11111111-1111-4111-8111-111111111111'
const credentials = { project_id, secret }
// What the Authorization header says: its base64 does not contain that of the secret.
const telling = [...secrets, ...secrets.map(btoa), btoa(`${project_id}:${secret}`)]

type Inspect = (value: unknown) => string
/** How the runtimes show a value to who prints it. */
const { process, Deno, Bun } = globalThis as {
  process?: { getBuiltinModule?: (name: 'node:util') => { inspect: Inspect } }
  Deno?: { inspect: Inspect }
  Bun?: { inspect: Inspect }
}

/** What a client does with each answer of the provider (provider.ts), in whatever runtime this is. */
export async function tryPromises(url: string) {
  const html = await revoke(`${url}/html`)
  return {
    answer: summaryOf(await revoke(`${url}/answer`)),
    busyOnce: summaryOf(await revoke(`${url}/busy-once`, { maxRetries: 1 })),
    forbidden: summaryOf(await revoke(`${url}/forbidden`)),
    html: summaryOf(html),
    truncated: summaryOf(await revoke(`${url}/truncated`)),
    redirect: summaryOf(await revoke(`${url}/redirect`)),
    slow: summaryOf(await revoke(`${url}/slow`, { timeoutMs: 200 })),
    aborted: summaryOf(await revoke(`${url}/slow`, {}, { signal: AbortSignal.timeout(200) })),
    dots: summaryOf(await revoke(`${url}/answer`, {}, {}, { ...ids, member_id: '..' })),
    secretsShown: secretsIn([connect(url), html].map(show).join()),
    refusesBrowser: refusesBrowser(),
  }
}

export type Kept = Awaited<ReturnType<typeof tryPromises>>

function connect(baseUrl: string, config: Partial<B2BClientConfig> = {}): B2BClient {
  return new B2BClient({
    ...credentials,
    baseUrl,
    dangerouslyAllowBrowser: true,
    maxRetries: 0,
    ...config,
  })
}

function revoke(
  baseUrl: string,
  config?: Partial<B2BClientConfig>,
  options?: RevokeOptions,
  params: RevokeParams = ids,
): Promise<RevokeResult> {
  const { connectedApps } = connect(baseUrl, config).organizations.members
  return connectedApps.tryRevoke(params, { authorization: { session_token }, ...options })
}

function summaryOf(result: RevokeResult): string {
  if (result.ok) return `${result.body.status_code}`
  const { error } = result
  if (error.kind === 'http') return `${error.kind}: ${error.status_code} ${error.error_type}`
  if (error.kind === 'decode') return `${error.kind}: ${error.reason}`
  return error.kind
}

function show(value: unknown): string {
  const inspect = Deno?.inspect ?? Bun?.inspect ?? process?.getBuiltinModule?.('node:util').inspect
  return JSON.stringify(value) + inspect?.(value)
}

function secretsIn(text: string): string[] {
  return telling.filter((each) => text.includes(each))
}

function refusesBrowser(): boolean {
  try {
    return !new B2BClient(credentials)
  } catch {
    return true
  }
}
