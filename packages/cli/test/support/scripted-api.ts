import type { ServerResponse } from 'node:http'
import { B2BClient } from '@connected-apps/client'
import type { ExampleName } from '@connected-apps/contract'
import { operations } from '@connected-apps/contract/operations'
import { onTestFinished } from 'vitest'
import type { Target } from '../../src/target.ts'
import { serve } from './serve.ts'
import type { TestServer } from './serve.ts'

const { examples, mediaType, successStatus } = operations.revokeConnectedApp
const success = Object.values(examples).find(({ status }) => status === successStatus)

/** A real server on loopback that responds to requests to revoke as a test says. */
export interface ScriptedApi extends TestServer {
  readonly client: B2BClient
  /** The Members that requests came for, in order. */
  readonly members: string[]
}

/** How to respond to the request for a Member; `count` is how many came before for that Member. */
export type Respond = (response: ServerResponse, member: string, count: number) => void

/** Listens on a free port until the end of the test that called it. */
export async function startScriptedApi(respond: Respond, timeoutMs = 10_000): Promise<ScriptedApi> {
  const members: string[] = []
  const counts = new Map<string, number>()
  const server = await serve((request, response) => {
    request.resume()
    const member = /\/members\/([^/]+)/.exec(request.url ?? '')?.[1] ?? ''
    const count = counts.get(member) ?? 0
    counts.set(member, count + 1)
    members.push(member)
    respond(response, member, count)
  })
  onTestFinished(server.stop)
  const client = new B2BClient({
    project_id: 'project-test-11111111-1111-4111-8111-111111111111',
    secret: 'secret-test-of-the-run',
    baseUrl: server.url,
    timeoutMs,
  })
  return { ...server, client, members }
}

/** Sends a documented error, or the response that confirms a revoke. */
export function send(
  response: ServerResponse,
  name?: ExampleName<'revokeConnectedApp'>,
  headers: Record<string, string> = {},
): void {
  const example = name === undefined ? success : examples[name]
  response.writeHead(example?.status ?? 0, { 'content-type': mediaType, ...headers })
  response.end(JSON.stringify(example?.body))
}

/** Targets whose Members are `member-0`, `member-1` and so on. */
export function* targetsOf(count: number): Generator<Target> {
  for (let index = 0; index < count; index++) {
    yield { organization_id: 'acme', member_id: `member-${index}`, connected_app_id: 'crm' }
  }
}
