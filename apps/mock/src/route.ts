import { matchPath, operation } from '@connected-apps/contract'
import type { PathParameters } from '@connected-apps/contract'

/** The path and the query of a request target (RFC 9112 section 3.2), unchanged but for the split. */
export function splitTarget(target: string): { path: string; query: URLSearchParams } {
  const [beforeFragment = ''] = originForm(target).split('#', 1)
  const [path = ''] = beforeFragment.split('?', 1)
  return { path, query: new URLSearchParams(beforeFragment.slice(path.length)) }
}

/** A request target without scheme and authority. */
export function originForm(target: string): string {
  const form = target.replace(/^[a-z][a-z\d+.-]*:\/\/[^/?#]*/i, '')
  return form.startsWith('/') || form.startsWith('*') ? form : `/${form}`
}

/**
 * The path parameters when the operation answers this method and path, else undefined. Unlike
 * `new URL()` it leaves `..` where it is, so that the contract's patterns can refuse it.
 */
export function matchRoute(method: string, path: string): PathParameters | undefined {
  return method === operation.method ? matchPath(path) : undefined
}
