import { operation } from '@connected-apps/contract'
import type { PathParameters } from '@connected-apps/contract'

/** The decoded path parameters; undefined where the percent-encoding is broken. */
export type PathValues = { [Name in keyof PathParameters]: string | undefined }

const template = operation.path.split('/')

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
export function matchRoute(method: string, path: string): PathValues | undefined {
  if (method !== operation.method) return undefined
  const segments = path.split('/')
  if (segments.length !== template.length) return undefined
  const values: PathValues = {
    organization_id: undefined,
    member_id: undefined,
    connected_app_id: undefined,
  }
  for (const [index, part] of template.entries()) {
    const segment = segments[index] ?? ''
    if (part.startsWith('{')) values[part.slice(1, -1) as keyof PathValues] = decode(segment) // the template names only path parameters
    else if (part !== segment) return undefined
  }
  return values
}

function decode(segment: string): string | undefined {
  try {
    return decodeURIComponent(segment)
  } catch {
    return undefined // not UTF-8 in percent-encoding: no value at all
  }
}
