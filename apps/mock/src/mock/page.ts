import type { Operation } from '@connected-apps/contract'
import { allOperations, contract } from '@connected-apps/contract/operations'
import { escapeHtml } from '@connected-apps/node-http/html-page'
import { maxWaitSeconds, triggeredExample } from '@connected-apps/scenarios'
import type { PlannedResponse, Scenario } from '@connected-apps/scenarios'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { sendNoIcon, sendPage } from '../http/html-page.ts'
import { controlPrefix } from '../http/request.ts'
import { exampleCurl, quote } from '../snippets/example-request.ts'

const pagePaths: ReadonlySet<string> = new Set(['/', '/favicon.ico'])

/** Whether this is a browser request for the index page or its icon. */
export function isPageRequest({ method }: IncomingMessage, path: string): boolean {
  return (method === 'GET' || method === 'HEAD') && pagePaths.has(path)
}

/**
 * Sends the index page, which lists the scenarios and explains how to use them.
 *
 * @param url the base URL of the isolation key, for the commands
 */
export function respondWithPage(
  response: ServerResponse,
  path: string,
  url: string,
  scenarios: readonly Scenario[],
): void {
  if (path !== '/') {
    sendNoIcon(response)
    return
  }
  const title = `${contract.title} mock`
  sendPage(response, { title, content: contentOf(url, scenarios), style })
}

function contentOf(url: string, scenarios: readonly Scenario[]): string {
  const control = `${url}${controlPrefix}`
  return `<h1>${escapeHtml(contract.title)} mock</h1>
<p>This server responds as version ${escapeHtml(contract.version)} of the contract defines. Any
project_id and secret are accepted.</p>
<ul>
${allOperations.map(({ operationId, summary }) => `<li><a href="#${operationId}">${escapeHtml(summary)}</a></li>`).join('\n')}
</ul>
<p>In a scenario, the value of one parameter selects the responses, from any client. Its last digits
are the statuses, call by call; the last response repeats. Each combination of path parameters has a
sequence of its own. Click a line to select all of it.</p>
${allOperations.map((operation) => section(url, operation, scenarios)).join('\n')}
<h2 id="journal">Received requests</h2>
<p><a href="${escapeHtml(control)}/journal">The journal</a> lists the received requests, without
their secrets. An assertion responds with 200 if the requests were received as expected, otherwise
409.</p>
${command(`curl -i '${control}/journal/assert?times=1&operationId=${allOperations[0]?.operationId}'`)}
${command(`curl -X POST ${control}/reset`)}`
}

function section(url: string, operation: Operation, scenarios: readonly Scenario[]): string {
  const {
    operationId,
    summary,
    method,
    path,
    scenarios: { parameter },
  } = operation
  const rows = scenarios.filter((scenario) => scenario.operationId === operationId)
  return `<section aria-labelledby="${operationId}">
<h2 id="${operationId}">${escapeHtml(summary)}</h2>
<p>${code(`${method} ${path}`)}</p>
${command(exampleCurl(url, operation))}
<div class="scroll" role="region" aria-label="Scenarios of ${operationId}" tabindex="0">
<table>
<thead><tr><th scope="col">Scenario</th><th scope="col">Responses</th><th scope="col">${escapeHtml(parameter)} and command</th></tr></thead>
<tbody>
${rows.map((scenario) => row(url, operation, scenario)).join('\n')}
</tbody>
</table>
</div>
${otherChoices(url, operation)}
</section>`
}

function row(
  url: string,
  operation: Operation,
  { parameter, id, title, responses }: Scenario,
): string {
  const curl = exampleCurl(url, operation, { [parameter]: id })
  const list = responses.map((response) => describe(operation, response)).join('<br>')
  return `<tr><th scope="row">${escapeHtml(title)}</th><td>${list}</td><td>${code(id)}${command(curl)}</td></tr>`
}

function describe({ examples }: Operation, { example, waitSeconds }: PlannedResponse): string {
  const wait = waitSeconds === undefined ? '' : `, after ${waitSeconds} s`
  return escapeHtml(`${examples[example]?.status} ${example}${wait}`)
}

/** How else the responses of an operation are chosen: `Prefer`, the query, and a custom sequence. */
function otherChoices(url: string, operation: Operation): string {
  const { operationId, examples, parameters, scenarios, successStatus } = operation
  const example = triggeredExample(operation, 'limit')
  if (example === undefined) throw new Error(`${operationId} has no example of its rate limit`)
  const status = examples[example]?.status
  const id = encodeURIComponent(String(parameters[scenarios.parameter]?.example))
  const responses = [{ status }, { example }, { status: successStatus, waitSeconds: 2 }]
  const route = `${url}${controlPrefix}/scenarios/${operationId}/${id}`
  return `<details>
<summary>Any response by header or query, and custom sequences</summary>
<ul>
<li>${code(`Prefer: code=${status}`)} or ${code(`?__code=${status}`)}: the first example of that status</li>
<li>${code(`Prefer: example=${example}`)} or ${code(`?__example=${example}`)}: that example</li>
<li>${code('Prefer: wait=2.5')} or ${code('?__wait=2.5')}: seconds to delay the response, at most ${maxWaitSeconds}</li>
</ul>
${command(`${exampleCurl(url, operation)} -H 'Prefer: code=${status}, wait=1'`)}
${command(`curl -X PUT ${quote(route)} -d ${quote(JSON.stringify({ responses }))}`)}
</details>`
}

function command(line: string): string {
  return `<pre tabindex="0"><code>${escapeHtml(line)}</code></pre>`
}

function code(text: string): string {
  return `<code>${escapeHtml(text)}</code>`
}

const style = `
pre { margin: .5rem 0; user-select: all }
p code, li code { overflow-wrap: anywhere }
td code { user-select: all }
summary { cursor: pointer; margin-top: 1rem }
.scroll { overflow-x: auto }
table { border-collapse: collapse; width: 100% }
th, td { text-align: left; vertical-align: top; padding: .5rem .75rem; border-bottom: 1px solid var(--line) }
tbody th { font-weight: 600; min-width: 12rem }
td pre { max-width: 36rem }
`
