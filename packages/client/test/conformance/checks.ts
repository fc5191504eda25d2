import type {
  B2BClientConfig,
  RevokeOptions,
  RevokeParams,
  RevokeResult,
} from '@connected-apps/client'
import { B2BClient } from '@connected-apps/client'
import { pathParameterExamples as ids } from '@connected-apps/contract/examples'

const secrets = ['secret-test-Zm9vYmFyYmF6cXV4', 'session-token-that-must-stay-secret'] as const
const [secret, session_token] = secrets
const project_id = 'project-test-11111111-1111-4111-8111-111111111111'
const credentials = { project_id, secret }
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
  const html = await revoke(`${url}/html`)
  return {
    success: summaryOf(await revoke(`${url}/success`)),
    rateLimitedOnce: summaryOf(await revoke(`${url}/rate-limited-once`, { maxRetries: 1 })),
    forbidden: summaryOf(await revoke(`${url}/forbidden`)),
    html: summaryOf(html),
    truncated: summaryOf(await revoke(`${url}/truncated`)),
    redirect: summaryOf(await revoke(`${url}/redirect`)),
    slow: summaryOf(await revoke(`${url}/slow`, { timeoutMs: 200 })),
    aborted: summaryOf(await revoke(`${url}/slow`, {}, { signal: AbortSignal.timeout(200) })),
    dotSegment: summaryOf(await revoke(`${url}/success`, {}, {}, { ...ids, member_id: '..' })),
    leakedSecrets: secretsIn([createClient(url), html].map(inspect).join()),
    rejectsBrowser: rejectsBrowser(),
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

function revoke(
  baseUrl: string,
  config?: Partial<B2BClientConfig>,
  options?: RevokeOptions,
  params: RevokeParams = ids,
): Promise<RevokeResult> {
  const { connectedApps } = createClient(baseUrl, config).organizations.members
  return connectedApps.tryRevoke(params, { authorization: { session_token }, ...options })
}

function summaryOf(result: RevokeResult): string {
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

function rejectsBrowser(): boolean {
  try {
    return !new B2BClient(credentials)
  } catch {
    return true
  }
}
