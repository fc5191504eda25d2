/** A base URL, or what is wrong with it. */
export type ParsedBaseUrl =
  /** Without a trailing slash. */
  | { url: string; error?: undefined }
  /** Completes a sentence that starts with the name of an option: `--url` is not a URL; … */
  | { url?: undefined; error: string }

/**
 * Parses the base URL of an API: http or https, optionally with a path, and nothing else. The error
 * quotes no part of the text, which may contain a password.
 *
 * @example
 * parseBaseUrl('https://api.example/v1/') // { url: 'https://api.example/v1' }
 * parseBaseUrl('api.example') // { error: 'is not a URL; pass one like http://127.0.0.1:4010' }
 */
export function parseBaseUrl(text: string): ParsedBaseUrl {
  if (!URL.canParse(text)) return { error: 'is not a URL; pass one like http://127.0.0.1:4010' }
  const { protocol, username, password, href, origin, pathname } = new URL(text)
  if (protocol !== 'http:' && protocol !== 'https:') {
    return { error: 'must start with http:// or https://' }
  }
  if (username !== '' || password !== '') {
    return { error: 'contains credentials; pass them separately' }
  }
  // An empty query or fragment shows only here.
  const [beforeFragment = '', fragment] = href.split('#', 2)
  if (fragment !== undefined) return { error: 'has a fragment; pass the URL without #' }
  if (beforeFragment.includes('?')) return { error: 'has a query; pass the URL without ?' }
  return { url: origin + pathname.replace(/\/+$/, '') }
}
