import type { PathParameters } from '@connected-apps/contract'
import { refuseArgument } from './errors.ts'
import { tried } from './tried.ts'

/** The ids, read once; whatever would leave its segment of the path is refused. */
export function readPathParams(params: PathParameters): PathParameters {
  const ids = { ...params }
  for (const name of ['organization_id', 'member_id', 'connected_app_id'] as const) {
    const id: unknown = ids[name]
    if (!isSegment(id)) {
      const shown = typeof id === 'string' ? JSON.stringify(id) : typeof id
      refuseArgument(
        name,
        `${shown} cannot be a path segment`,
        'revoke',
        '; pass the id that the API returned',
      )
    }
  }
  return ids
}

// URL parsers take "." and ".." out of a path; half a surrogate pair has no percent-encoding.
function isSegment(id: unknown): boolean {
  return typeof id === 'string' && !/^\.\.?$/.test(id) && !!tried(() => encodeURIComponent(id))
}
