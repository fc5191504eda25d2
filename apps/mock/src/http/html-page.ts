import { renderPage } from '@connected-apps/node-http/html-page'
import type { HtmlPage } from '@connected-apps/node-http/html-page'
import type { ServerResponse } from 'node:http'

const style = `
main > * + * { margin-top: var(--space-3) }
main > h2 { margin-top: var(--space-10) }
`

/** Sends a page. */
export function sendPage(response: ServerResponse, page: HtmlPage, status = 200): void {
  const html = renderPage({ ...page, style: style + (page.style ?? '') })
  response.writeHead(status, {
    'content-type': 'text/html; charset=utf-8',
    'content-length': Buffer.byteLength(html),
    'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; img-src data:",
    'cache-control': 'no-store',
  })
  response.end(html)
}

/** Sends no content, in response to an icon or the like that a browser requests by itself. */
export function sendNoIcon(response: ServerResponse): void {
  response.writeHead(204, { 'cache-control': 'max-age=86400' }).end()
}
