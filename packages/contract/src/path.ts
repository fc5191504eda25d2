import { path as template } from './generated/operation.ts'
import { pathParameterNames } from './parameters.ts'
import type { PathParameters } from './types.ts'

/**
 * The operation's path with these values in it. The segments `.` and `..`, which URL parsers take
 * out of a path, are the caller's to refuse or to encode.
 *
 * @param encode how a value becomes a segment
 * @example
 * expandPath({ organization_id: 'acme', member_id: 'a|b', connected_app_id: 'app' })
 * // '/v1/b2b/organizations/acme/members/a%7Cb/connected_apps/app/revoke'
 */
export function expandPath(
  values: PathParameters,
  encode: (value: string) => string = encodeURIComponent,
): string {
  return pathParameterNames.reduce<string>(
    (path, name) => path.replace(`{${name}}`, () => encode(values[name])),
    template,
  )
}

const pattern = new RegExp(`^${template.replace(/\{(\w+)\}/g, '(?<$1>[^/]*)')}$`)

/**
 * The path parameters in a path as it came over the wire, decoded and of any form.
 *
 * @returns undefined when this is not the operation's path
 */
export function matchPath(path: string): PathParameters | undefined {
  const segments = pattern.exec(path)?.groups
  if (!segments) return undefined
  const values = Object.entries(segments).map(([name, segment]) => [name, decode(segment)])
  return Object.fromEntries(values) as PathParameters // the template names exactly these
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment)
  } catch {
    return segment // its percent sign, which stands in no right value, tells
  }
}
