/**
 * The policy of a page without a form. To an empty `script-src` oidc-provider adds the hashes of the
 * scripts that its own pages have.
 */
const policy =
  "default-src 'none'; script-src; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'; form-action 'none'"

/**
 * The headers of every page, whether it is one of ours or of oidc-provider's, and of the redirects
 * between them.
 *
 * A `Cross-Origin-Opener-Policy` is missing, since an app that opens these pages in a popup would
 * lose it.
 *
 * @param origin scheme, host and port under which browsers reach the service
 */
export function pageHeaders(origin: string): Record<string, string> {
  return {
    'content-security-policy': policy,
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

/**
 * Allows the form of a page, after which the browser is redirected to a Connected App.
 *
 * Chromium also blocks redirects after a form to what `form-action` does not name. It is unknown
 * where an app's callback redirects to, so only the schemes are limited: `https`, and what the
 * app's redirect URI has.
 *
 * @returns the page's policy
 */
export function allowForm(redirectUri: string, pagePolicy = policy): string {
  const schemes = new Set(['https:', URL.parse(redirectUri)?.protocol ?? 'https:'])
  return pagePolicy.replace("form-action 'none'", `form-action 'self' ${[...schemes].join(' ')}`)
}
