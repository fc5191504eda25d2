import type { PathParameters } from '@connected-apps/contract'
import { operation } from '@connected-apps/contract'
import { refuseArgument } from './errors.ts'

/** The ids, read once; whatever would leave its segment of the path is refused. */
export function readPathParams(params: unknown): PathParameters {
  const given = (params ?? {}) as Record<string, unknown> // only read from
  const ids: Record<string, string> = {}
  for (const parameter of operation.parameters) {
    if (parameter.in === 'path') ids[parameter.name] = readId(parameter.name, given[parameter.name])
  }
  return ids as PathParameters // one for each path parameter of the contract
}

function readId(name: string, id: unknown): string {
  const refuse = (why: string) =>
    refuseArgument(name, `${name} ${why} (revoke); pass the id that the API returned`)
  if (id === undefined) return refuse('is missing')
  if (typeof id !== 'string') return refuse('must be a string')
  // URL parsers take these three out of a path, and what follows moves up.
  if (/^\.{0,2}$/.test(id)) refuse(`"${id}" cannot be a path segment`)
  if (!isWellFormed(id)) refuse('holds half a surrogate pair')
  return id
}

function isWellFormed(text: string): boolean {
  try {
    return encodeURIComponent(text) !== ''
  } catch {
    return false
  }
}
