import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Playback } from './playback.ts'
import { pageHtml } from './page-html.ts'

const pagePaths: ReadonlySet<string> = new Set(['/', '/favicon.ico'])

/** Whether a request is a person's look at the mock, rather than a call of the contract. */
export function isPage({ method }: IncomingMessage, path: string): boolean {
  return (method === 'GET' || method === 'HEAD') && pagePaths.has(path)
}

/** Shows the scenarios, and how to use them. */
export function answerPage(
  response: ServerResponse,
  path: string,
  url: string,
  playback: Playback,
): void {
  if (path !== '/') {
    response.writeHead(204, { 'cache-control': 'max-age=86400' }).end()
    return
  }
  const text = pageHtml(url, playback.scenarios())
  response.writeHead(200, {
    'content-type': 'text/html; charset=utf-8',
    'content-length': Buffer.byteLength(text),
    'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; img-src data:",
    'cache-control': 'no-store',
  })
  response.end(text)
}
