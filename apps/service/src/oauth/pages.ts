import { html, raw } from 'hono/html'
import type { HtmlEscapedString } from 'hono/utils/html'

type Html = HtmlEscapedString | Promise<HtmlEscapedString>

/** The stylesheet, small enough to be inlined in every page. */
const style = `
  :root { color-scheme: light dark; font: 1.125rem/1.5 system-ui, sans-serif }
  body { overflow-wrap: anywhere; max-width: 34rem; margin: 3rem auto; padding: 0 1rem }
  label, input, button { display: block; font: inherit }
  input { width: 100%; box-sizing: border-box; padding: 0.5rem; margin: 0.25rem 0 1rem }
  button { padding: 0.5rem 1.5rem; margin: 0.75rem 0; cursor: pointer }
  :focus-visible { outline: 3px solid Highlight; outline-offset: 2px }
  [role='alert'] { border-inline-start: 0.25rem solid #c00; padding-inline-start: 0.75rem }
`

/** Renders a page. The title is also its only `h1`. */
function page(title: string, content: Html): Html {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${title}</title>
        <style>
          ${raw(style)}
        </style>
      </head>
      <body>
        <main>
          <h1>${title}</h1>
          ${content}
        </main>
      </body>
    </html>`
}

/** The login page. The Member proves who they are with a session that they already have. */
export function loginPage(appName: string, isRejected: boolean): Html {
  return page(
    'Sign in',
    html`
      <p>${appName} asks you to sign in.</p>
      ${
        isRejected
          ? html`<p role="alert" id="error">This session is unknown or has expired.</p>`
          : ''
      }
      <form method="post">
        <label for="session_token">Session token</label>
        <input
          id="session_token"
          name="session_token"
          type="password"
          autocomplete="off"
          required
          autofocus
          ${isRejected ? raw('aria-invalid="true" aria-describedby="error"') : ''}
        />
        <button type="submit" name="decision" value="login">Sign in</button>
      </form>
    `,
  )
}

const scopeTexts: Record<string, string> = {
  openid: 'Know who you are',
  profile: 'See your name',
}

/** Asks a Member to consent to the scopes that a Connected App requests. */
export function consentPage(appName: string, memberName: string, scopes: string[]): Html {
  return page(
    `Allow ${appName}?`,
    html`
      <p>You are signed in as ${memberName}. ${appName} asks to:</p>
      <ul>
        ${scopes.map((scope) => html`<li>${scopeTexts[scope] ?? scope}</li>`)}
      </ul>
      <form method="post">
        <button type="submit" name="decision" value="approve">Allow</button>
        <button type="submit" name="decision" value="deny">Deny</button>
      </form>
    `,
  )
}

/** Says that the Connected App was revoked while the consent page was open. */
export function supersededPage(appName: string, startAgainUrl: string): Html {
  return page(
    'Nothing was allowed',
    html`
      <p role="alert">
        The access of ${appName} was revoked while this page was open, so your decision has no
        effect.
      </p>
      <p><a href="${startAgainUrl}">Start again</a> if you want to allow ${appName}.</p>
    `,
  )
}

/** Shows an error to a person who can't be redirected back to the Connected App. */
export function errorPage(error: string, description: string | undefined): Html {
  return page(
    'This did not work',
    html`
      <p role="alert">${description ?? 'The request could not be completed.'}</p>
      <p>Return to the app that you came from, and start again. (${error})</p>
    `,
  )
}
