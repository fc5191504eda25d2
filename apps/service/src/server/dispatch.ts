import type { RequestHandler } from './request-scope.ts'
import { withRequestScope } from './request-scope.ts'

/**
 * Routes requests for OAuth endpoints to oidc-provider, and all others to the application.
 *
 * oidc-provider builds URLs from the request's host. Whatever host the client sent is replaced by
 * the issuer's, so that nobody can make it create links to another host. A request without the
 * Host header that HTTP/1.1 requires (RFC 9112, section 3.2) goes to the application, which
 * rejects it. The host of an absolute target (section 3.2.2) is ignored in the same way.
 */
export function dispatch(
  issuer: URL,
  isOAuth: (path: string) => boolean,
  oauth: RequestHandler,
  application: RequestHandler,
): RequestHandler {
  return withRequestScope((request, response) => {
    for (const name of forwardedHeaders) delete request.headers[name]
    const target = request.url ?? ''
    if (URL.canParse(target)) request.url = target.replace(/^https?:\/\/[^/?#]*\/?/i, '/')
    const hasHost = request.headers.host !== undefined || request.httpVersion === '1.0'
    if (hasHost) request.headers.host = issuer.host
    request.headers['x-forwarded-proto'] = issuer.protocol.slice(0, -1)
    const handle = hasHost && isOAuth(request.url ?? '') ? oauth : application
    return handle(request, response)
  })
}

const forwardedHeaders = ['forwarded', 'x-forwarded-host', 'x-forwarded-for', ':authority']
