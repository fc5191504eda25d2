import type { IncomingMessage, ServerResponse } from 'node:http'
import { operation } from '@connected-apps/contract'
import { answerWith } from '../loopback.ts'

type Answer = (response: ServerResponse, earlier: number) => unknown

const answers: Record<string, Answer> = {
  answer: (response) => answerWith(response, 200),
  'busy-once': (response, earlier) =>
    answerWith(response, earlier === 0 ? 429 : 200, { 'retry-after': '0' }),
  forbidden: (response) => answerWith(response, 403),
  html: (response) => response.writeHead(502).end('<h1>Bad gateway</h1>'),
  truncated: (response) =>
    response.writeHead(200, { 'content-type': operation.mediaType }).end('{"status_code":'),
  redirect: (response) => response.writeHead(307, { location: '/redirected' }).end(),
  slow: () => undefined,
}

/** Answers by the first segment of the path; to anything else with a page to run a program in. */
export function answerByPlace() {
  const places: string[] = []
  return (request: IncomingMessage, response: ServerResponse): void => {
    const [, place = ''] = request.url?.split('/') ?? []
    const earlier = places.filter((each) => each === place).length
    places.push(place)
    const answer = answers[place]
    if (answer === undefined)
      response.setHeader('content-type', 'text/html').end('<title>app</title>')
    else answer(response, earlier)
  }
}
