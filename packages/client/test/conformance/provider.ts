import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Operation } from '@connected-apps/contract'
import { isOperationId, operations } from '@connected-apps/contract/operations'
import { respondWith } from '../loopback.ts'

type Respond = (response: ServerResponse, operation: Operation, earlierRequests: number) => unknown

const responses: Record<string, Respond> = {
  success: (response, operation) => respondWith(response, operation, 'success'),
  'rate-limited-once': (response, operation, earlierRequests) =>
    respondWith(response, operation, earlierRequests === 0 ? 'rate limit' : 'success', {
      'retry-after': '0',
    }),
  unauthorized: (response, operation) => respondWith(response, operation, 'unauthorized'),
  html: (response) => response.writeHead(502).end('<h1>Bad gateway</h1>'),
  truncated: (response, { mediaType, successStatus }) =>
    response.writeHead(successStatus, { 'content-type': mediaType }).end('{"status_code":'),
  redirect: (response) => response.writeHead(307, { location: '/redirected' }).end(),
  slow: () => undefined,
}

/**
 * Responds by the first segments of the path, an `operationId` and the name of a response,
 * otherwise with a page that a browser can run code in.
 */
export function respondByPath() {
  const earlierRequests = new Map<string, number>()
  return (request: IncomingMessage, response: ServerResponse): void => {
    const [, operationId = '', name = ''] = request.url?.split('/') ?? []
    const respond = responses[name]
    if (respond && isOperationId(operationId)) {
      const count = earlierRequests.get(`${operationId}/${name}`) ?? 0
      earlierRequests.set(`${operationId}/${name}`, count + 1)
      respond(response, operations[operationId], count)
    } else response.setHeader('content-type', 'text/html').end('<title>app</title>')
  }
}
