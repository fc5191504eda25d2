/** The prefix of the paths that belong to a mock rather than to the contract. */
export const controlPrefix = '/__mock'

/** The isolation key of a request, and its target without the key. */
export interface Target {
  /** The isolation key; empty for the default one. */
  key: string
  /** Without the prefix of the key. */
  path: string
  /** Without the key. */
  query: URLSearchParams
  /** Why the key is invalid; `key` is then empty. */
  error?: string
}

/**
 * Separates the isolation key of a request from its target. A prefix of the path takes precedence
 * over the header `X-Mock-Key`, which takes precedence over `__key` in the query.
 *
 * @example
 * readTarget('/__mock/s/test-7/v1/b2b/organizations', headers) // { key: 'test-7', path: '/v1/b2b/organizations', … }
 */
export function readTarget(url: string, headers: { get(name: string): string | null }): Target {
  const { path, query } = splitTarget(url)
  const [prefix = '', fromPath] = keyPrefixPattern.exec(path) ?? []
  const key =
    (fromPath && decode(fromPath)) ?? (headers.get('x-mock-key') || query.get('__key')) ?? ''
  query.delete('__key')
  const target = { key, path: path.slice(prefix.length) || '/', query }
  if (key === '' && fromPath === undefined) return target
  if (isKey(key)) return target
  return { ...target, key: '', error: keyRule }
}

/**
 * The path prefix of requests with an isolation key.
 *
 * @throws {TypeError} if the key is not valid
 */
export function keyPrefix(key: string): string {
  if (!isKey(key)) throw new TypeError(keyRule)
  return `${controlPrefix}/s/${key}`
}

/** Whether this is a valid isolation key. Dot segments are not, since clients remove them from a path. */
function isKey(name: string): boolean {
  return /^(?!\.{1,2}$)[\w.~:-]{1,128}$/.test(name)
}

/** Removes percent-encoding, which clients may add to any character (RFC 3986 section 6.2.2). */
function decode(segment: string): string {
  try {
    return decodeURIComponent(segment)
  } catch {
    return segment // its percent sign is not valid in a key
  }
}

const keyRule = 'an isolation key has 1 to 128 letters, digits or . _ ~ : -, and is not . or ..'

const keyPrefixPattern = /^\/__mock\/s\/([^/]*)(?=\/|$)/

/**
 * Splits a request target (RFC 9112 section 3.2) into path and query. Unlike `new URL()` it keeps
 * dot segments such as `..`, so that the contract's patterns can reject them.
 */
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
