import { contract } from '@connected-apps/contract/operations'
import { escapeHtml } from '@connected-apps/node-http/html-page'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { sendNoIcon, sendPage } from '../http/html-page.ts'
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
    sendNoIcon(response)
    return
  }
  sendPage(response, { title, content: contentOf(upstream, text, violations), style })
}

const title = `${contract.title} validation proxy`

function contentOf(upstream: string, text: string, violations: readonly LoggedViolation[]): string {
  return `<h1>${escapeHtml(title)}</h1>
<p>Requests to this address and the responses of <code>${escapeHtml(upstream)}</code> are checked against
version ${escapeHtml(contract.version)} of the contract. <a href="">Reload</a> for the latest.</p>
<h2>Violations</h2>
${violations.length === 0 ? '<p>None.</p>' : list(violations)}
<h2>Report</h2>
<pre tabindex="0">${escapeHtml(text)}</pre>`
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
  return `<li><strong>${escapeHtml(describeViolation(violation))}</strong><br>${time} <code>${escapeHtml(`${method} ${path}`)}</code></li>`
}

const style = `
li { padding: .5rem; border-bottom: 1px solid var(--line); overflow-wrap: anywhere }
`
