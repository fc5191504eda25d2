import type { IncomingMessage, ServerResponse } from 'node:http'
import { operation } from '@connected-apps/contract'
import { respondWith } from '../loopback.ts'

type Respond = (response: ServerResponse, earlierRequests: number) => unknown

const responses: Record<string, Respond> = {
  success: (response) => respondWith(response, 200),
  'rate-limited-once': (response, earlierRequests) =>
    respondWith(response, earlierRequests === 0 ? 429 : 200, { 'retry-after': '0' }),
  forbidden: (response) => respondWith(response, 403),
  html: (response) => response.writeHead(502).end('<h1>Bad gateway</h1>'),
  truncated: (response) =>
    response.writeHead(200, { 'content-type': operation.mediaType }).end('{"status_code":'),
  redirect: (response) => response.writeHead(307, { location: '/redirected' }).end(),
  slow: () => undefined,
}

/** Responds by the first segment of the path, otherwise with a page that a browser can run code in. */
export function respondByPath() {
  const segments: string[] = []
  return (request: IncomingMessage, response: ServerResponse): void => {
    const [, segment = ''] = request.url?.split('/') ?? []
    const earlierRequests = segments.filter((each) => each === segment).length
    segments.push(segment)
    const respond = responses[segment]
    if (respond === undefined)
      response.setHeader('content-type', 'text/html').end('<title>app</title>')
    else respond(response, earlierRequests)
  }
}
