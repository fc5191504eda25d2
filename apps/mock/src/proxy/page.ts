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

/** The verdict so far, the text of the report, and the violations. */
export interface PageContent {
  upstream: string
  /** Undefined as long as nothing was checked. */
  passed: boolean | undefined
  verdict: string
  report: string
  violations: readonly LoggedViolation[]
}

/** Sends the page with the violations; nothing in response to what browsers request by themselves. */
export function respondWithPage(
  response: ServerResponse,
  path: string,
  content: PageContent,
): void {
  if (browserPaths.has(path)) {
    sendNoIcon(response)
    return
  }
  sendPage(response, { title, content: contentOf(content), style })
}

const title = `${contract.title} validation proxy`

function contentOf({ upstream, passed, verdict, report, violations }: PageContent): string {
  const tone = passed === undefined ? 'warning' : passed ? 'success' : 'danger'
  const headline = passed === undefined ? 'Nothing was checked yet.' : verdict
  return `<h1>${escapeHtml(title)}</h1>
<p class="notice" data-tone="${tone}"><span class="notice-title">${escapeHtml(headline)}</span></p>
<p>Requests to this address and the responses of <code>${escapeHtml(upstream)}</code> are checked against
version ${escapeHtml(contract.version)} of the contract. <a href="">Reload</a> for the latest.</p>
<h2>Violations</h2>
${violations.length === 0 ? '<p>None.</p>' : list(violations)}
<h2>Report</h2>
<pre>${escapeHtml(report)}</pre>`
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
  return `<li><p><strong>${escapeHtml(describeViolation(violation))}</strong></p>
<p class="exchange">${time} <code>${escapeHtml(`${method} ${path}`)}</code></p></li>`
}

const style = `
ol { margin: 0; padding-left: var(--space-6) }
li { padding: var(--space-3) 0; border-bottom: 1px solid var(--line) }
li::marker, .exchange { color: var(--text-quiet) }
p, code { overflow-wrap: anywhere }
pre { white-space: pre-wrap; overflow-wrap: anywhere }
`
