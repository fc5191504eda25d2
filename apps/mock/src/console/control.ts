import { controlPrefix, keyPrefix, readTarget } from '@connected-apps/scenarios'
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

/** The scenarios in effect for a key, including those that a test has defined. */
export async function loadScenarios(key: string, signal: AbortSignal): Promise<Scenario[]> {
  const response = await fetch(controlUrl(key, '/scenarios'), { signal })
  const { scenarios }: { scenarios: Scenario[] } = await response.json()
  return scenarios
}
