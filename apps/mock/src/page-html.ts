import { statusOf } from '@connected-apps/contract/examples'
import { controlPrefix } from './control.ts'
import { exampleCurl } from './example-request.ts'
import { waitLimitSeconds } from './preferences.ts'
import type { PlannedAnswer, Scenario } from './scenarios.ts'

/** The page for people: no script, so that it works wherever the mock does. */
export function pageHtml(url: string, scenarios: readonly Scenario[]): string {
  const control = `${url}${controlPrefix}`
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Revoke Connected App, mocked</title>
<link rel="icon" href="data:,">
<style>${style}</style>
</head>
<body>
<main>
<h1>Revoke Connected App, mocked</h1>
<p>This server answers as the contract says. Any project_id and any secret will do.</p>
<h2 id="start">Try it</h2>
${command(exampleCurl(url))}
<h2 id="scenarios">Scenarios by id</h2>
<p>Use one of these as <code>connected_app_id</code> and it always answers in its way, whatever
the client. The digits at its end are the statuses, call by call; the last one repeats. Each Member
starts a sequence anew. Click a line to select all of it.</p>
<div class="scroll" role="region" aria-labelledby="scenarios" tabindex="0">
<table>
<thead><tr><th scope="col">What happens</th><th scope="col">Answers</th><th scope="col">connected_app_id and command</th></tr></thead>
<tbody>
${scenarios.map((scenario) => row(url, scenario)).join('\n')}
</tbody>
</table>
</div>
<h2 id="prefer">Scenarios by header or query</h2>
<p>For a client that can set them, whatever the ids:</p>
<ul>
<li><code>Prefer: code=429</code> or <code>?__code=429</code>: the first example of that status</li>
<li><code>Prefer: example=member_not_found</code> or <code>?__example=member_not_found</code>: that example</li>
<li><code>Prefer: wait=2.5</code> or <code>?__wait=2.5</code>: seconds to wait before the answer, at most ${waitLimitSeconds}</li>
</ul>
${command(`${exampleCurl(url)} -H 'Prefer: code=429, wait=1'`)}
<h2 id="journal">What arrived</h2>
<p><a href="${escape(control)}/journal">The journal</a> lists the requests that arrived, without
their secrets. Ask it whether revoke was called as expected: 200 is yes, 409 is no.</p>
${command(`curl -i '${control}/journal/assert?times=1&status=200'`)}
${command(`curl -X POST ${control}/reset`)}
<h2 id="sequences">A sequence of your own</h2>
${command(`curl -X PUT ${control}/scenarios/my-app -d '{"answers":[{"status":429},{"example":"member_not_found"},{"status":200,"waitSeconds":2}]}'`)}
</main>
</body>
</html>
`
}

function row(url: string, { connected_app_id, title, answers }: Scenario): string {
  return `<tr><th scope="row">${escape(title)}</th><td>${answers.map(describe).join('<br>')}</td><td>${code(connected_app_id)}${command(exampleCurl(url, { connected_app_id }))}</td></tr>`
}

function describe({ example, waitSeconds }: PlannedAnswer): string {
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
