import { contract } from '@connected-apps/contract/operations'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { describeViolation } from './violations.ts'
import type { LoggedViolation } from './violations.ts'

/** What browsers and their tools request by themselves, wherever they are pointed. */
const browserPaths: ReadonlySet<string> = new Set([
  '/favicon.ico',
  '/apple-touch-icon.png',
  '/apple-touch-icon-precomposed.png',
  '/robots.txt',
  '/.well-known/appspecific/com.chrome.devtools.json',
])

/** Whether this is a browser request for the page, or one that no client of the contract sends. */
export function isPageRequest({ method }: IncomingMessage, path: string): boolean {
  return (method === 'GET' || method === 'HEAD') && (path === '/' || browserPaths.has(path))
}

/** Sends the page with the violations; nothing in response to what browsers request by themselves. */
export function respondWithPage(
  response: ServerResponse,
  path: string,
  upstream: string,
  text: string,
  violations: readonly LoggedViolation[],
): void {
  if (browserPaths.has(path)) {
    response.writeHead(204, { 'cache-control': 'max-age=86400' }).end()
    return
  }
  const html = pageHtml(upstream, text, violations)
  response.writeHead(200, {
    'content-type': 'text/html; charset=utf-8',
    'content-length': Buffer.byteLength(html),
    'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; img-src data:",
    'cache-control': 'no-store',
  })
  response.end(html)
}

function pageHtml(upstream: string, text: string, violations: readonly LoggedViolation[]): string {
  const title = escape(`${contract.title} validation proxy`)
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<link rel="icon" href="data:,">
<style>${style}</style>
</head>
<body>
<main>
<h1>${title}</h1>
<p>Requests to this address go to <code>${escape(upstream)}</code>, if they and their responses
conform to version ${escape(contract.version)} of the contract. <a href="">Load again</a> for the
latest.</p>
<h2>Violations</h2>
${violations.length === 0 ? '<p>None.</p>' : list(violations)}
<h2>Report</h2>
<pre tabindex="0">${escape(text)}</pre>
</main>
</body>
</html>
`
}

/** The latest first. */
function list(violations: readonly LoggedViolation[]): string {
  return `<ol reversed start="${violations.at(-1)?.number}">
${violations.toReversed().map(item).join('\n')}
</ol>`
}

function item(violation: LoggedViolation): string {
  const { at, method, path } = violation
  const time = `<time datetime="${at}">${at.slice(11, 19)} UTC</time>`
  return `<li><strong>${escape(describeViolation(violation))}</strong><br>${time} <code>${escape(`${method} ${path}`)}</code></li>`
}

function escape(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}

const style = `
:root { color-scheme: light dark; --line: #8886; --shade: #8882 }
body { font: 1rem/1.5 system-ui, sans-serif; margin: 0 }
main { max-width: 72rem; margin: 0 auto; padding: 1rem }
h2 { margin-top: 2.5rem }
pre, code { font-family: ui-monospace, monospace; font-size: .875rem }
pre { padding: .5rem .75rem; background: var(--shade); border-radius: .25rem; overflow-x: auto }
:focus-visible { outline: 3px solid #36c; outline-offset: 2px }
li { padding: .5rem; border-bottom: 1px solid var(--line); overflow-wrap: anywhere }
`
