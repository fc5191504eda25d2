import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'

/**
 * Sends the OAuth endpoints' requests to oidc-provider, and all others to the application.
 *
 * oidc-provider builds URLs from the request's host; what a client wrote there is replaced by the
 * host of the issuer, so that nobody can have links made to another one. A request that lacks the
 * host that HTTP/1.1 asks for (RFC 9112, section 3.2) goes to the application, which refuses it.
 */
export function dispatch(
  issuer: URL,
  isOAuth: (path: string) => boolean,
  oauth: RequestListener,
  application: RequestListener,
): RequestListener {
  return (request: IncomingMessage, response: ServerResponse) => {
    for (const name of forwardedHeaders) delete request.headers[name]
    const hasHost = request.headers.host !== undefined || request.httpVersion === '1.0'
    if (hasHost) request.headers.host = issuer.host
    request.headers['x-forwarded-proto'] = issuer.protocol.slice(0, -1)
    if (hasHost && isOAuth(request.url ?? '')) oauth(request, response)
    else application(request, response)
  }
}

const forwardedHeaders = ['forwarded', 'x-forwarded-host', 'x-forwarded-for', ':authority']
