import { baseUrlOf, credentials, requestOf } from './call.ts'
import type { Call } from './call.ts'

/**
 * A command for a POSIX shell.
 *
 * @param separator what is between its parts: a space, or something that continues the line
 */
export function curlSnippet(call: Call, separator = ' '): string {
  const { method, target, headers, body } = requestOf(call)
  return [
    'curl -i',
    ...(method === 'GET' ? [] : [`-X ${method}`]),
    `-u ${quote(`${credentials.project_id}:${credentials.secret}`)}`,
    ...Object.entries(headers).map(([name, value]) => `-H ${quote(`${name}: ${value}`)}`),
    ...(body === undefined ? [] : [`-d ${quote(body)}`]),
    quote(baseUrlOf(call) + target),
  ].join(separator)
}

/** A word of a POSIX shell. */
function quote(text: string): string {
  return /^[\w./:%~-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`
}
