/** What a page may load, and where its form may redirect. By default it may do neither. */
interface PageNeeds {
  /** Where the browser is redirected to after the form of the page. */
  redirectUri?: string | undefined
  /** Whether it shows an image of another host. */
  hasImage?: boolean
  /** The source of its script, as `'sha256-…'`. */
  script?: string
}

/**
 * The content security policy of a page.
 *
 * Chromium also blocks redirects after a form to what `form-action` does not name. It is unknown
 * where an app's callback redirects to, so only the schemes are limited: `https`, and that of the
 * app's redirect URI.
 */
export function policyOf({ redirectUri, hasImage = false, script }: PageNeeds = {}): string {
  const schemes =
    redirectUri === undefined
      ? []
      : new Set(["'self'", 'https:', URL.parse(redirectUri)?.protocol ?? 'https:'])
  return [
    "default-src 'none'",
    "style-src 'unsafe-inline'",
    `img-src data:${hasImage ? ' https:' : ''}`,
    ...(script === undefined ? [] : [`script-src ${script}`]),
    "base-uri 'none'",
    "frame-ancestors 'none'",
    `form-action ${[...schemes].join(' ') || "'none'"}`,
  ].join('; ')
}

/**
 * The headers of every page, and of the redirects between them. A page that has to load
 * or submit something has a policy of its own.
 *
 * A `Cross-Origin-Opener-Policy` is missing, since an app that opens these pages in a popup would
 * lose it.
 *
 * @param origin scheme, host and port under which browsers reach the service
 */
export function pageHeaders(origin: string): Record<string, string> {
  return {
    'content-security-policy': policyOf(),
    // For browsers that don't know `frame-ancestors`.
    'x-frame-options': 'DENY',
    'x-content-type-options': 'nosniff',
    'cross-origin-resource-policy': 'same-origin',
    // With `no-referrer` browsers would also hide the Origin header, by which a form is recognized as
    // one of ours.
    'referrer-policy': 'same-origin',
    'cache-control': 'no-store',
    // Without `includeSubDomains`, since subdomains may have other operators.
    ...(origin.startsWith('https:') && { 'strict-transport-security': 'max-age=31536000' }),
  }
}
