import { html, raw } from 'hono/html'
import type { RequestingApp } from './app.ts'
import { appLogo } from './app.ts'
import { nameOf, renderSheet } from './page.ts'

/** The login page, on which Members authenticate themselves by the token of a session that they have. */
export function loginPage(app: RequestingApp, isRejected: boolean): Promise<string> {
  const name = nameOf(app.name)
  return renderSheet(
    'Sign in',
    html`
      <div class="heading">
        ${appLogo(app)}
        <h1>Sign in</h1>
        <p class="lead">to continue to ${name}</p>
      </div>
      <form method="post">
        ${
          isRejected
            ? html`<div class="notice" data-tone="danger" role="alert" id="error">
                <p class="notice-title">This session is unknown or has expired</p>
                <p>
                  Sign in to your Organization’s product again and enter the token of that session.
                </p>
              </div>`
            : ''
        }
        <div class="field">
          <label for="session_token">Session token</label>
          <p class="quiet" id="hint">
            The token of your session in the project <code>${app.projectId}</code>. ${name} never
            sees it.
          </p>
          <input
            id="session_token"
            name="session_token"
            type="password"
            autocomplete="off"
            required
            autofocus
            ${
              isRejected
                ? raw('aria-invalid="true" aria-describedby="error hint"')
                : raw('aria-describedby="hint"')
            }
          />
        </div>
        <div class="actions">
          <button class="button" data-tone="primary" name="decision" value="login">Sign in</button>
          <button class="button" name="decision" value="deny" formnovalidate>Cancel</button>
        </div>
      </form>
      <p class="quiet small">Afterwards you’ll return to <b>${app.returnsTo}</b>.</p>
    `,
  )
}
