import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Operation } from '@connected-apps/contract'
import { matchOperation } from '@connected-apps/contract/operations'
import type { OperationMatch } from '@connected-apps/contract/operations'
import type { Target } from '../../src/index.ts'
import { serve } from './serve.ts'
import type { TestServer } from './serve.ts'

/** A small API that conforms to the contract and remembers who is connected. */
export interface Api extends TestServer {
  /** Who is connected: `ORGANIZATION/MEMBER/APP`. */
  readonly connected: Set<string>
  /** How many responses of 200 a revoke of each has had. */
  readonly revokes: Map<string, number>
  /** What its app is called. */
  appName: string
  /** The headers of all requests. */
  readonly headers: IncomingMessage['headers'][]
  /** The name of the example to respond with instead; waited for. */
  respondWith: (match: OperationMatch) => string | undefined | Promise<string | undefined>
}

export function keyOf({ organization_id, member_id, connected_app_id }: Target): string {
  return `${organization_id}/${member_id}/${connected_app_id}`
}

/** Starts the API. The name of its app, and the scopes, are hostile to terminals. */
export async function startApi(connected: Iterable<Target> = []): Promise<Api> {
  const api = {
    connected: new Set([...connected].map(keyOf)),
    revokes: new Map<string, number>(),
    appName: HOSTILE_NAME,
    headers: [] as IncomingMessage['headers'][],
    respondWith: (): string | undefined => undefined,
  } as Omit<Api, keyof TestServer>
  const server = await serve((request, response) => {
    request.resume().on('end', () => void respond(api, request, response))
  })
  return Object.assign(api, server)
}

async function respond(
  api: Omit<Api, keyof TestServer>,
  { method = '', url = '', headers }: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  api.headers.push(headers)
  const match = matchOperation(method, url)
  if (match === undefined) return void response.writeHead(404).end()
  const { operation, path } = match
  const name = (await api.respondWith(match)) ?? successOf(operation)
  const { status = 500, body } = operation.examples[name] ?? {}
  const retryAfter = operation.responseHeaders[status] ?? {}
  response.writeHead(status, {
    'content-type': operation.mediaType,
    ...('Retry-After' in retryAfter && { 'retry-after': '1' }),
  })
  const isSuccess = name === successOf(operation)
  if (operation.operationId === 'revokeConnectedApp') {
    const key = keyOf(path as unknown as Target) // the operation has these three parameters
    if (isSuccess) {
      api.connected.delete(key)
      api.revokes.set(key, (api.revokes.get(key) ?? 0) + 1)
    }
    return void response.end(JSON.stringify(body))
  }
  const list = isSuccess ? listOf(api, path) : {}
  response.end(JSON.stringify({ ...(body as object), ...list })) // the examples of the contract are objects
}

function listOf(
  { connected, appName: name }: Pick<Api, 'connected' | 'appName'>,
  path: Record<string, string>,
): object {
  const pairs = [...connected].map((key) => key.split('/'))
  const of = pairs.filter(([organization]) => organization === path['organization_id'])
  if (path['member_id'] === undefined) {
    const members = of.filter(([, , app]) => app === path['connected_app_id'])
    return {
      name,
      active_members: members.map(([, member_id]) => ({ member_id, granted_scopes: ['openid'] })),
    }
  }
  const apps = of.filter(([, member]) => member === path['member_id'])
  return {
    connected_apps: apps.map(([, , connected_app_id]) => ({
      connected_app_id,
      name,
      description: '',
      client_type: 'third_party',
      scopes_granted: 'openid',
    })),
  }
}

/** Clears a screen, and writes from right to left. */
export const HOSTILE_NAME = 'Notes\u001B[2J\u202Eevil'

function successOf({ examples, successStatus }: Operation): string {
  const name = Object.keys(examples).find((each) => examples[each]?.status === successStatus)
  if (name === undefined) throw new Error('every operation has a success')
  return name
}
