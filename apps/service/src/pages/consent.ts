import { html } from 'hono/html'
import type { RequestingApp } from './app.ts'
import { appLogo } from './app.ts'
import { requestLine } from './error.ts'
import { nameOf, plainName, renderSheet } from './page.ts'

/** What the scopes of OpenID Connect allow, in plain words. */
const scopeTexts: ReadonlyMap<string, string> = new Map([
  ['openid', 'Know who you are'],
  ['profile', 'See your name'],
])

/** What a Member decides on. */
export interface ConsentPrompt {
  app: RequestingApp
  memberName: string
  organizationSlug: string
  /** A scope that has no plain words is shown as it is. */
  scopes: string[]
}

/** Asks a Member to consent to the scopes that a Connected App requests. */
export function consentPage(prompt: ConsentPrompt): Promise<string> {
  const { app, memberName, organizationSlug, scopes } = prompt
  const name = nameOf(app.name)
  return renderSheet(
    `Allow ${plainName(app.name)}?`,
    html`
      <div class="heading">
        ${appLogo(app)}
        <h1>Allow ${name}?</h1>
        <p class="lead">${name} is asking for access to your account.</p>
      </div>
      <section aria-labelledby="scopes">
        <h2 id="scopes">It will be able to</h2>
        <ul class="scopes">
          ${scopes.map((scope) => html`<li>${scopeTexts.get(scope) ?? scope}</li>`)}
        </ul>
      </section>
      <dl class="facts">
        <div>
          <dt>Account</dt>
          <dd class="with-action">
            ${nameOf(memberName)}
            <form method="post">
              <button class="button" name="decision" value="switch">Not you?</button>
            </form>
          </dd>
        </div>
        <div>
          <dt>Organization</dt>
          <dd>${nameOf(organizationSlug)}</dd>
        </div>
        <div>
          <dt>Returns to</dt>
          <dd>${app.returnsTo}</dd>
        </div>
      </dl>
      <form method="post">
        <div class="actions">
          <button class="button" data-tone="primary" name="decision" value="approve">Allow</button>
          <button class="button" name="decision" value="deny">Deny</button>
        </div>
      </form>
      <p class="quiet small">
        ${name} keeps this access, even while you’re away, until you take it back. You can do so at
        any time: disconnect it in your list of connected apps, or ask an administrator of your
        Organization.
      </p>
    `,
  )
}

/** Explains that the Connected App was revoked while the consent page was open. */
export function supersededPage(
  appName: string,
  startAgainUrl: string,
  requestId: string,
): Promise<string> {
  const name = nameOf(appName)
  return renderSheet(
    'Nothing was allowed',
    html`
      <div class="heading">
        <h1>Nothing was allowed</h1>
        <p class="lead" role="alert">
          The access of ${name} was revoked while this page was open, so your decision had no
          effect.
        </p>
      </div>
      <p>If you still want to allow ${name}, start again.</p>
      <div class="actions">
        <a class="button" data-tone="primary" href="${startAgainUrl}">Start again</a>
      </div>
      <p class="quiet small">${requestLine(requestId)}</p>
    `,
  )
}
