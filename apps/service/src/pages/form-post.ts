import { createHash } from 'node:crypto'
import { html, raw } from 'hono/html'
import { hostOf } from './app.ts'
import { renderSheet } from './page.ts'

const script = 'document.forms[0].submit()'

/** The source of the only script that a page may run, in a content security policy. */
export const formPostScript = `'sha256-${createHash('sha256').update(script).digest('base64')}'`

/**
 * Returns the response of an authorization request to the Connected App by a form that submits itself
 * (OAuth 2.0 Form Post Response Mode), or that the person submits if scripts are disabled.
 */
export function formPostPage(
  redirectUri: string,
  fields: Readonly<Record<string, unknown>>,
): Promise<string> {
  const title = 'Returning to the app'
  return renderSheet(
    title,
    html`
      <div class="heading">
        <h1>${title}</h1>
        <p class="lead">You’re being taken to <b>${hostOf(redirectUri)}</b>.</p>
      </div>
      <form method="post" action="${redirectUri}">
        ${Object.entries(fields).map(
          ([name, value]) => html`<input type="hidden" name="${name}" value="${String(value)}" />`,
        )}
        <div class="actions">
          <button class="button" data-tone="primary">Continue</button>
        </div>
      </form>
      ${raw(`<script>${script}</script>`)}
    `,
  )
}
