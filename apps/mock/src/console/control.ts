import { allScenarios, controlPrefix, keyPrefix, readTarget } from '@connected-apps/scenarios'
import type { Scenario } from '@connected-apps/scenarios'

/** The isolation key in the address of the page; empty for none. */
export function keyOfPage(): string {
  return readTarget(location.pathname, { get: () => null }).key
}

/** The address of the console for an isolation key; throws a TypeError if there can be no such key. */
export function pageOf(key: string): string {
  return key === '' ? '/' : `${keyPrefix(key)}/`
}

/** The address of a control route of an isolation key. */
export function controlUrl(key: string, route: string): string {
  return (key === '' ? '' : keyPrefix(key)) + controlPrefix + route
}

/** Empties the journal of a key, restarts sequences, restores revoked apps and removes definitions. */
export async function resetKey(key: string): Promise<void> {
  const { status } = await fetch(controlUrl(key, '/reset'), { method: 'POST' })
  if (status !== 204) throw new Error(`the reset got the status ${status}`)
}

/** Makes a scenario begin with its first response again, and restores what was revoked of its list. */
export async function restartSequence(key: string, scenario: Scenario): Promise<void> {
  const { operationId, id } = scenario
  const route = `/scenarios/${operationId}/${encodeURIComponent(id)}`
  const isBuiltIn = allScenarios.some((each) => JSON.stringify(each) === JSON.stringify(scenario))
  // Deleting a custom scenario would not restart it, but remove it.
  const init = isBuiltIn ? { method: 'DELETE' } : { method: 'PUT', body: JSON.stringify(scenario) }
  const { ok, status } = await fetch(controlUrl(key, route), init)
  if (!ok) throw new Error(`the restart got the status ${status}`)
}

/** Loads the page again if the mock has a newer one, as after a build of a mock that is watched. */
export async function reloadIfStale(key: string, signal: AbortSignal): Promise<void> {
  const response = await fetch(pageOf(key), { signal })
  const [script = ''] = import.meta.url.split('/').slice(-1)
  // The name of the script contains a hash of all that was built into it, such as the contract.
  if (response.ok && !(await response.text()).includes(script)) location.reload()
}

/** The scenarios in effect for a key, including those that a test has defined. */
export async function loadScenarios(key: string, signal: AbortSignal): Promise<Scenario[]> {
  const response = await fetch(controlUrl(key, '/scenarios'), { signal })
  if (!response.ok) throw new Error(`the scenarios got the status ${response.status}`)
  const { scenarios }: { scenarios: Scenario[] } = await response.json()
  return scenarios
}
