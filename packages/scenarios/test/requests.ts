import { expandPath } from '@connected-apps/contract'
import type { Operation } from '@connected-apps/contract'
import { operations } from '@connected-apps/contract/operations'
import type { MockRequest, ScenarioEngine } from '../src/index.ts'

export const authorization = `Basic ${btoa('project-test-1:secret-test-1')}`

const { revokeConnectedApp, getMemberConnectedApps, getOrganizationConnectedApp } = operations

/** A request to an operation with these ids, and the contract's examples for others. */
export function requestOf(
  operation: Operation,
  values: Record<string, string> = {},
  { headers = {}, prefix = '', query = '' } = {},
): MockRequest {
  const path = operation.pathParameters.map((name) => [
    name,
    values[name] ?? String(operation.parameters[name]?.example),
  ])
  return {
    method: operation.method,
    url: prefix + expandPath(operation, Object.fromEntries(path)) + query,
    headers: new Headers({ authorization, ...headers }),
    body: new Uint8Array(),
  }
}

/** Sends requests to an engine, all with the same header, prefix or query. */
export function clientOf(
  engine: ScenarioEngine,
  options?: { headers?: Record<string, string>; prefix?: string; query?: string },
) {
  const send = (operation: Operation, values: Record<string, string>) =>
    engine.respond(requestOf(operation, values, options))
  return {
    revoke: async (member: string, app: string) =>
      (await send(revokeConnectedApp, { member_id: member, connected_app_id: app })).status,
    appsOf: async (member: string) =>
      idsIn(await send(getMemberConnectedApps, { member_id: member }), 'connected_apps'),
    membersOf: async (app: string) =>
      idsIn(await send(getOrganizationConnectedApp, { connected_app_id: app }), 'active_members'),
  }
}

/** The ids in a list of a body. */
function idsIn(
  { body }: { body: unknown },
  property: 'connected_apps' | 'active_members',
): unknown[] {
  const items = (body as Record<string, Record<string, unknown>[]>)[property] ?? [] // a success has the list
  return items.map((item) => item[property === 'connected_apps' ? 'connected_app_id' : 'member_id'])
}
