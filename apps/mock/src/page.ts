import type { IncomingMessage, ServerResponse } from 'node:http'
import { controlPrefix } from './control.ts'
import { exampleCurl } from './example-request.ts'
import type { Playback } from './playback.ts'
import { scenarios } from './scenarios.ts'
import { pageHtml } from './page-html.ts'
import type { Scenario } from './scenarios.ts'
import { sendJson } from './send.ts'

const pagePaths: ReadonlySet<string> = new Set(['/', '/favicon.ico'])

/** Whether a request is a person's look at the mock, rather than a call of the contract. */
export function isPage({ method }: IncomingMessage, path: string): boolean {
  return (method === 'GET' || method === 'HEAD') && pagePaths.has(path)
}

/** Shows the scenarios, and how to use them. */
export function answerPage(
  { headers }: IncomingMessage,
  response: ServerResponse,
  path: string,
  url: string,
  playback: Playback,
): void {
  if (path !== '/') {
    response.writeHead(204, { 'cache-control': 'max-age=86400' }).end()
    return
  }
  const all: Scenario[] = [...playback.defined(), ...scenarios]
  response.setHeader('Vary', 'Origin, Accept')
  if (!(headers.accept ?? '').includes('text/html') && headers.accept?.includes('json')) {
    sendJson(response, 200, {
      scenarios: all.map((scenario) => ({
        ...scenario,
        curl: exampleCurl(url, { connected_app_id: scenario.connected_app_id }),
      })),
      journal: `${url}${controlPrefix}/journal`,
    })
    return
  }
  const text = pageHtml(url, all)
  response.writeHead(200, {
    'content-type': 'text/html; charset=utf-8',
    'content-length': Buffer.byteLength(text),
    'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; img-src data:",
    'cache-control': 'no-store',
  })
  response.end(text)
}
