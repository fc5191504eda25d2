// Shows on a running demo what a revoke does: each request, its response, and what that means.
import { expandPath } from '@connected-apps/contract'
import { contract } from '@connected-apps/contract/operations'
import { revokeConnectedApp } from '@connected-apps/contract/operations/revoke-connected-app'
import { parseBaseUrl } from '@connected-apps/node-http'
import {
  CommandError,
  InvalidArgumentError,
  createCommand,
  runCommand,
} from '@connected-apps/node-http/command'
import { authorizeDemo } from './authorize.ts'
import type { DemoTokens } from './authorize.ts'
import { demo, demoCallbackPath } from './project.ts'

interface Step {
  /** What the step shows, as a sentence. */
  title: string
  method: string
  path: string
  /** Sent with HTTP Basic authentication, if there are any. */
  credentials?: string
  form?: Record<string, string>
  /** What the response is expected to contain, and what that means. */
  expected: { key: string; value: unknown; meaning: string }
}

let origin = ''
let stepNumber = 0
const command = createCommand({
  name: 'npm run walk',
  version: `contract ${contract.version}`,
  description: 'Shows what a revoke does to tokens, on the demo that npm start runs.',
})
  .option(
    '--url <URL>',
    'the address of a demo, not of another service; default: that of this machine',
    parseOrigin,
  )
  .action(({ url = `http://127.0.0.1:${process.env['PORT'] || 4020}` }: { url?: string }) => {
    origin = url
    return walk()
  })
await runCommand(command, { explain: (error) => [explain(error)] })

async function walk(): Promise<void> {
  if (!(await fetch(origin + demoCallbackPath)).ok) {
    throw new CommandError(`${origin} has no demo project; npm start runs a service that has one`)
  }
  const before = await authorize('The Member signs in and allows the Connected App.')
  await run(introspect(before, 'The access token works.', true))
  await run({
    title: "The Connected App's access to the Member is revoked.",
    method: revokeConnectedApp.method,
    path: expandPath(revokeConnectedApp, {
      organization_id: demo.organizationId,
      member_id: demo.memberId,
      connected_app_id: demo.connectedAppId,
    }),
    credentials: `${demo.projectId}:${demo.secret}`,
    expected: { key: 'status_code', value: 200, meaning: 'the access is revoked' },
  })
  await run(introspect(before, 'The same access token no longer works.', false))
  await run({
    title: 'Nor can the refresh token be used to get a new one.',
    method: 'POST',
    path: '/oauth2/token',
    form: {
      client_id: demo.connectedAppId,
      grant_type: 'refresh_token',
      refresh_token: before.refreshToken,
    },
    expected: { key: 'error', value: 'invalid_grant', meaning: 'the refresh token is revoked too' },
  })
  const after = await authorize('The Member allows the Connected App again.')
  await run(introspect(after, 'The new access token works.', true))
  console.log('\nDone: a revoke ends every token at once, until the Member consents again.')
}

async function authorize(title: string): Promise<DemoTokens> {
  printTitle(title)
  console.log(
    `   GET  ${origin}/oauth2/authorize, then the login and the consent page, as a browser would`,
  )
  console.log(`   POST ${origin}/oauth2/token with the code that the Connected App received`)
  const tokens = await authorizeDemo(origin)
  console.log(`   -> access token ${tokens.accessToken}, refresh token ${tokens.refreshToken}`)
  return tokens
}

function introspect({ accessToken }: DemoTokens, title: string, isActive: boolean): Step {
  return {
    title,
    method: 'POST',
    path: '/oauth2/introspect',
    form: { client_id: demo.connectedAppId, token: accessToken },
    expected: {
      key: 'active',
      value: isActive,
      meaning: `the token is ${isActive ? 'active' : 'no longer active'}`,
    },
  }
}

/** Sends the request of a step, prints both sides, and stops if the response is another one. */
async function run({ title, method, path, credentials, form, expected }: Step): Promise<void> {
  printTitle(title)
  console.log(`   ${method} ${origin}${path}`)
  if (credentials !== undefined) console.log(`   Authorization: Basic ${credentials} (in Base64)`)
  const body = form && new URLSearchParams(form)
  if (body) console.log(`   ${body.toString()}`)
  const response = await fetch(origin + path, {
    method,
    ...(credentials !== undefined && { headers: { authorization: `Basic ${btoa(credentials)}` } }),
    ...(body && { body }),
  })
  const text = await response.text()
  console.log(`   -> ${response.status} ${text}`)
  const actual = (JSON.parse(text) as Record<string, unknown>)[expected.key] // every response is an object
  if (actual !== expected.value) {
    console.error(`npm run walk: expected ${expected.key} to be ${JSON.stringify(expected.value)}`)
    process.exit(1)
  }
  console.log(`   That means: ${expected.meaning}.`)
}

function printTitle(title: string): void {
  stepNumber += 1
  console.log(`\n${stepNumber}. ${title}`)
}

function parseOrigin(text: string): string {
  const { url, error } = parseBaseUrl(text)
  if (url === undefined) throw new InvalidArgumentError(error)
  return new URL(url).origin
}

function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  // fetch keeps the reason why a connection failed in the cause.
  return error.cause instanceof Error
    ? `no service at ${origin} (${error.cause.message}); start it with npm start, or pass its address as --url`
    : error.message
}
