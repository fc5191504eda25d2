import type { Operation } from '@connected-apps/contract'
import { allScenarios, keyPrefix } from '@connected-apps/scenarios'
import type { Scenario } from '@connected-apps/scenarios'
import { exampleRequest } from './example-request.ts'
import type { ExampleRequest } from './example-request.ts'

/** Credentials for the mock, which accepts any. */
export const credentials = { project_id: 'project-test-1', secret: 'secret-test-1' }

/** A call of an operation at a mock, to be sent or shown as code. */
export interface Call {
  /** The origin of the mock, as seen by the caller. */
  origin: string
  operation: Operation
  /** The isolation key; empty for none. */
  key?: string
  /** Its id is the value of the parameter that selects scenarios. */
  scenario?: Scenario
  /** The value of the header `Prefer`. */
  prefer?: string
}

/** What is sent over HTTP, without the credentials. */
export function requestOf(call: Call): ExampleRequest {
  const { operation, prefer } = call
  const request = exampleRequest(operation, valuesOf(call))
  const headers = { ...request.headers, ...(prefer !== undefined && { Prefer: prefer }) }
  return { ...request, headers }
}

/** The values of parameters that differ from the contract's examples. */
export function valuesOf({ scenario }: Call): Record<string, string> {
  if (!scenario) return {}
  const list = listWith(scenario)
  return { ...(list && { [list.parameter]: list.id }), [scenario.parameter]: scenario.id }
}

/**
 * The built-in list that contains the app of a scenario. Only the Member of that list has the app, so
 * only a revoke for that Member can be seen.
 */
export function listWith({ id }: Scenario): Scenario | undefined {
  return allScenarios.find(({ connected_apps: apps = [] }) =>
    apps.some((app) => app.connected_app_id === id),
  )
}

/** The base URL of the isolation key, for clients that can set neither header nor query. */
export function baseUrlOf({ origin, key = '' }: Pick<Call, 'origin' | 'key'>): string {
  return key === '' ? origin : origin + keyPrefix(key)
}
