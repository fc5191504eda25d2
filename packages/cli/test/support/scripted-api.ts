import type { ServerResponse } from 'node:http'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { B2BClient } from '@connected-apps/client'
import type { ExampleName } from '@connected-apps/contract'
import { allOperations } from '@connected-apps/contract/operations'
import { onTestFinished } from 'vitest'
import type { Target } from '../../src/target.ts'

const operation = allOperations.find(({ operationId }) => operationId === 'revokeConnectedApp')
if (operation === undefined) throw new Error('the contract has no revokeConnectedApp')
const { examples, mediaType, successStatus } = operation
const success = Object.values(examples).find(({ status }) => status === successStatus)

/** A real server on loopback that responds to requests to revoke as a test says. */
export interface ScriptedApi {
  readonly client: B2BClient
  /** The Members that requests came for, in order. */
  readonly members: string[]
  readonly maxInFlight: number
  /** Stops listening, and breaks off what is in flight. */
  stop(): Promise<void>
  /** Listens again at the same port. */
  restart(): Promise<void>
}

/** How to respond to the request for a Member; `count` is how many came before for that Member. */
export type Respond = (response: ServerResponse, member: string, count: number) => void

/** Listens on a free port until the end of the test that called it. */
export async function startScriptedApi(respond: Respond, timeoutMs = 10_000): Promise<ScriptedApi> {
  const members: string[] = []
  const counts = new Map<string, number>()
  let inFlight = 0
  let maxInFlight = 0
  const server = createServer((request, response) => {
    request.resume()
    const member = /\/members\/([^/]+)/.exec(request.url ?? '')?.[1] ?? ''
    const count = counts.get(member) ?? 0
    counts.set(member, count + 1)
    members.push(member)
    maxInFlight = Math.max(maxInFlight, ++inFlight)
    response.once('close', () => inFlight--)
    respond(response, member, count)
  })
  const listen = (port: number) =>
    new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  const stop = async () => {
    if (!server.listening) return
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
  await listen(0)
  onTestFinished(stop)
  const { port } = server.address() as AddressInfo // safe: a TCP server has an AddressInfo
  const client = new B2BClient({
    project_id: 'project-test-11111111-1111-4111-8111-111111111111',
    secret: 'secret-test-of-the-run',
    baseUrl: `http://127.0.0.1:${port}`,
    timeoutMs,
  })
  return {
    client,
    members,
    get maxInFlight() {
      return maxInFlight
    },
    stop,
    restart: () => listen(port),
  }
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
