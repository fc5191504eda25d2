import { statusOf } from '@connected-apps/contract/examples'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { controlPrefix } from '../http/request.ts'
import { maxWaitSeconds } from '../scenarios/built-in.ts'
import type { PlannedResponse, Scenario } from '../scenarios/built-in.ts'
import type { ScenarioPlayer } from '../scenarios/player.ts'
import { exampleCurl } from './example-request.ts'

const pagePaths: ReadonlySet<string> = new Set(['/', '/favicon.ico'])

/** Whether this is a browser request for the index page or its icon. */
export function isPageRequest({ method }: IncomingMessage, path: string): boolean {
  return (method === 'GET' || method === 'HEAD') && pagePaths.has(path)
}

/** Sends the index page, which lists the scenarios and explains how to use them. */
export function respondWithPage(
  response: ServerResponse,
  path: string,
  url: string,
  player: ScenarioPlayer,
): void {
  if (path !== '/') {
    response.writeHead(204, { 'cache-control': 'max-age=86400' }).end()
    return
  }
  const text = pageHtml(url, player.scenarios())
  response.writeHead(200, {
    'content-type': 'text/html; charset=utf-8',
    'content-length': Buffer.byteLength(text),
    'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; img-src data:",
    'cache-control': 'no-store',
  })
  response.end(text)
}

/** The page uses no script, so that its content security policy can forbid all scripts. */
function pageHtml(url: string, scenarios: readonly Scenario[]): string {
  const control = `${url}${controlPrefix}`
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Revoke Connected App mock</title>
<link rel="icon" href="data:,">
<style>${style}</style>
</head>
<body>
<main>
<h1>Revoke Connected App mock</h1>
<p>This server responds as the contract defines. Any project_id and secret are accepted.</p>
<h2 id="start">Try it</h2>
${command(exampleCurl(url))}
<h2 id="scenarios">Scenarios by id</h2>
<p>Each of these values for <code>connected_app_id</code> selects a scenario, from any client. Its
last digits are the statuses, call by call; the last response repeats. Each Member has a sequence of
its own. Click a line to select all of it.</p>
<div class="scroll" role="region" aria-labelledby="scenarios" tabindex="0">
<table>
<thead><tr><th scope="col">Scenario</th><th scope="col">Responses</th><th scope="col">connected_app_id and command</th></tr></thead>
<tbody>
${scenarios.map((scenario) => row(url, scenario)).join('\n')}
</tbody>
</table>
</div>
<h2 id="prefer">Scenarios by header or query</h2>
<p>For clients that can set a header or the query; the ids do not matter then:</p>
<ul>
<li><code>Prefer: code=429</code> or <code>?__code=429</code>: the first example of that status</li>
<li><code>Prefer: example=member_not_found</code> or <code>?__example=member_not_found</code>: that example</li>
<li><code>Prefer: wait=2.5</code> or <code>?__wait=2.5</code>: seconds to delay the response, at most ${maxWaitSeconds}</li>
</ul>
${command(`${exampleCurl(url)} -H 'Prefer: code=429, wait=1'`)}
<h2 id="journal">Received requests</h2>
<p><a href="${escape(control)}/journal">The journal</a> lists the received requests, without
their secrets. An assertion responds with 200 if revoke was called as expected, otherwise 409.</p>
${command(`curl -i '${control}/journal/assert?times=1&status=200'`)}
${command(`curl -X POST ${control}/reset`)}
<h2 id="sequences">Custom sequences</h2>
${command(`curl -X PUT ${control}/scenarios/my-app -d '{"responses":[{"status":429},{"example":"member_not_found"},{"status":200,"waitSeconds":2}]}'`)}
</main>
</body>
</html>
`
}

function row(url: string, { connected_app_id, title, responses }: Scenario): string {
  return `<tr><th scope="row">${escape(title)}</th><td>${responses.map(describe).join('<br>')}</td><td>${code(connected_app_id)}${command(exampleCurl(url, { connected_app_id }))}</td></tr>`
}

function describe({ example, waitSeconds }: PlannedResponse): string {
  const wait = waitSeconds === undefined ? '' : `, after ${waitSeconds} s`
  return escape(`${statusOf(example)} ${example}${wait}`)
}

function command(line: string): string {
  return `<pre tabindex="0"><code>${escape(line)}</code></pre>`
}

function code(text: string): string {
  return `<code>${escape(text)}</code>`
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
pre { margin: .5rem 0; padding: .5rem .75rem; background: var(--shade); border-radius: .25rem; overflow-x: auto; user-select: all }
td code { user-select: all }
:focus-visible { outline: 3px solid #36c; outline-offset: 2px }
.scroll { overflow-x: auto }
table { border-collapse: collapse; width: 100% }
th, td { text-align: left; vertical-align: top; padding: .5rem .75rem; border-bottom: 1px solid var(--line) }
tbody th { font-weight: 600; min-width: 12rem }
td pre { max-width: 36rem }
`
