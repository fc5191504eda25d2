import { expandPath } from '@connected-apps/contract'
import { contract, operations } from '@connected-apps/contract/operations'
import { renderPage } from '@connected-apps/node-http/html-page'
import { html } from 'hono/html'
import { demo } from './project.ts'

const style = `
main { display: grid; gap: var(--space-10); max-width: 44rem }
section, header, .step { display: grid; gap: var(--space-3); min-width: 0 }
header p { color: var(--text-quiet); font-size: var(--strong) }
p { text-wrap: pretty; overflow-wrap: anywhere }
.quiet { color: var(--text-quiet) }
.step { padding: var(--space-6); border: 1px solid var(--line); border-radius: var(--radius); background: var(--surface) }
.step .button { justify-self: start }
pre { white-space: pre-wrap; overflow-wrap: anywhere; user-select: all }
.value { user-select: all; overflow-wrap: anywhere }
dl { display: grid; grid-template-columns: max-content 1fr; gap: var(--space-2) var(--space-6); margin: 0 }
dt { color: var(--text-quiet) }
dd { margin: 0; min-width: 0 }
@media (width < 36rem) {
  dl { grid-template-columns: 1fr; gap: 0 }
  dd { margin-bottom: var(--space-3) }
  .step { padding: var(--space-4) }
  .step .button { justify-self: stretch }
}
`

/** What the demo shows at `/`: what there is to try. */
export async function frontPage(origin: string): Promise<string> {
  const { revokeConnectedApp, getMemberConnectedApps } = operations
  const mock = `http://127.0.0.1:${process.env['MOCK_PORT'] || 4010}`
  const screen = `http://127.0.0.1:${process.env['SCREEN_PORT'] || 4030}`
  const ids = {
    organization_id: demo.organizationId,
    member_id: demo.memberId,
    connected_app_id: demo.connectedAppId,
  }
  const title = `${contract.title} service`
  const content = await html`
    <header>
      <h1>${title}</h1>
      <p>
        A demo of version ${contract.version} of the contract, in which you act as a Member and as
        an app. Its data is deleted when it stops.
      </p>
    </header>
    <section aria-labelledby="try">
      <h2 id="try">Give an app access, and revoke it</h2>
      <div class="step">
        <p>
          <strong>1. Allow.</strong> The app Notebook requests access to the account of the Member
          Ada. Sign in with her session token: <code class="value">${demo.sessionToken}</code>
        </p>
        <a class="button" data-tone="primary" href="/demo/connect">Connect Notebook</a>
      </div>
      <div class="step">
        <p><strong>2. List.</strong> Who has access to Ada’s account?</p>
        <pre
          tabindex="0"
        ><code>${curl(origin, getMemberConnectedApps.method, expandPath(getMemberConnectedApps, ids))}</code></pre>
      </div>
      <div class="step">
        <p><strong>3. Revoke.</strong> All of Notebook’s tokens for Ada end at once.</p>
        <pre
          tabindex="0"
        ><code>${curl(origin, revokeConnectedApp.method, expandPath(revokeConnectedApp, ids))}</code></pre>
      </div>
      <p class="quiet">
        <code>npm run walk</code> does all of this in a terminal, and checks the tokens after each
        step.
      </p>
    </section>
    <section aria-labelledby="more">
      <h2 id="more">What else is here</h2>
      <dl>
        <dt><a href="${screen}">The Connected apps screen</a></dt>
        <dd>
          where a Member disconnects apps; <code>npm start</code> runs it on the mock,
          <code>CONNECTED_APPS_BASE_URL=${origin} npm run screen</code> on this service
        </dd>
        <dt><a href="${mock}">The mock</a></dt>
        <dd>every response of the contract on demand, which <code>npm start</code> also runs</dd>
        <dt><a href="/.well-known/openid-configuration">Discovery</a></dt>
        <dd>the OAuth endpoints</dd>
        <dt><a href="/health/ready">Health</a></dt>
        <dd>whether the service can write to its database</dd>
        <dt>Documentation</dt>
        <dd><code>apps/service/README.md</code> in the repository</dd>
      </dl>
    </section>
    <section aria-labelledby="ids">
      <h2 id="ids">Ids and credentials</h2>
      <p class="quiet">They are public and work in this demo only.</p>
      <dl>
        ${Object.entries({
          project_id: demo.projectId,
          secret: demo.secret,
          ...ids,
          session_token: demo.sessionToken,
        }).map(
          ([name, value]) =>
            html`<dt>${name}</dt>
              <dd><code class="value">${value}</code></dd>`,
        )}
      </dl>
    </section>
  `
  return renderPage({ title, content: content.toString(), style })
}

function curl(origin: string, method: string, path: string): string {
  const flag = method === 'GET' ? '' : `-X ${method} `
  return `curl ${flag}-u ${demo.projectId}:${demo.secret} ${origin}${path}`
}

/** The outcome of the app's request for access. */
type Outcome = { error: string } | { code: string } | { accessToken: string }

/** The page of the Connected App to which browsers return. Anyone can put anything into its URL. */
export async function callbackPage(outcome: Outcome): Promise<string> {
  const title = 'error' in outcome ? 'Notebook has no access' : 'Notebook has access'
  const content = await html`
    <header>
      <h1>${title}</h1>
      <p>This page stands in for the app.</p>
    </header>
    <div class="step">${describe(outcome)}</div>
    <p><a href="/">Back to the demo</a></p>
  `
  return renderPage({ title, content: content.toString(), style })
}

function describe(outcome: Outcome) {
  if ('error' in outcome) return html`<p>The response: <code>${outcome.error}</code></p>`
  if ('code' in outcome) {
    return html`<p>
      It received a code, which it can exchange for tokens:
      <code class="value">${outcome.code}</code>
    </p>`
  }
  return html`<p>
    It exchanged its code for tokens. The access token:
    <code class="value">${outcome.accessToken}</code>
  </p>`
}
