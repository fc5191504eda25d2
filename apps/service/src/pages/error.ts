import { html } from 'hono/html'
import type { Html } from './page.ts'
import { renderSheet } from './page.ts'

/** An error, as a page explains it. */
interface Explanation {
  title: string
  /** What happened. */
  text: string
  /** What the person can do. */
  advice: string
  /** What the app's developers should look at. */
  hint?: string
}

const startAgain = 'Go back to the app that you came from and start again.'

/** By the names of OAuth's errors, and of our own, which are more specific. */
const explanations = {
  access_denied: {
    title: 'Nothing was allowed',
    text: 'The app was not given access to your account.',
    advice: 'To allow it, go back to the app and start again.',
  },
  forbidden: {
    title: 'You can’t allow this app',
    text: 'The app and your account belong to different projects.',
    advice: 'Go back to the app that you came from and sign in with another account.',
  },
  invalid_client: {
    title: 'This app is unknown',
    text: 'The app that sent you here is not registered, or no longer is.',
    advice: 'If you trust the app, tell its support about this page.',
    hint: 'no Connected App has this client_id.',
  },
  invalid_redirect_uri: {
    title: 'This link is not safe',
    text: 'It would take you to an address that the app has not registered, so it was stopped here.',
    advice:
      'Open the app yourself and start there. If this happens again, tell the app’s support about this page.',
    hint: 'the redirect_uri must equal one that is registered for the app.',
  },
  invalid_request: {
    title: 'This link is incomplete',
    text: 'The app sent you here with something missing or wrong in its request.',
    advice: `${startAgain} If this happens again, tell the app’s support about this page.`,
    hint: 'the client_id and the redirect_uri are required, and no parameter may be sent twice.',
  },
  expired: {
    title: 'This page has expired',
    text: 'It was open for too long, has already been used, or belongs to another window.',
    advice: startAgain,
  },
  foreign_form: {
    title: 'This form came from elsewhere',
    text: 'Another site sent it, so it was not accepted.',
    advice: `Close that site. ${startAgain}`,
  },
  unreadable_form: {
    title: 'This form can’t be read',
    text: 'It is longer than any form of these pages, or not a form.',
    advice: 'Go back one page and fill in the form again.',
  },
  server_error: {
    title: 'Something went wrong here',
    text: 'It is neither your fault nor the app’s.',
    advice:
      'Wait a moment, then start again in the app that you came from. If this happens again, tell support about this page.',
  },
} satisfies Record<string, Explanation>

const defaultExplanation: Explanation = {
  title: 'That didn’t work',
  text: 'The request could not be completed.',
  advice: `${startAgain} If this happens again, tell the app’s support about this page.`,
}

/** What a page explains: an error of OAuth, or one that only these pages have. */
export type PageError = keyof typeof explanations

/**
 * Explains an error to a person who can't be redirected back to the Connected App.
 *
 * @param error one that is not known gets a general explanation
 * @param code the name of the error for developers, where it differs
 */
export function errorPage(
  error: PageError | (string & {}),
  requestId: string,
  code: string = error,
): Promise<string> {
  const { title, text, advice, hint }: Explanation = Object.hasOwn(explanations, error)
    ? explanations[error as PageError] // safe: it has this key
    : defaultExplanation
  return renderSheet(
    title,
    html`
      <div class="heading">
        <h1>${title}</h1>
        <p class="lead" role="alert">${text}</p>
      </div>
      <p>${advice}</p>
      <p class="quiet small">
        Error <code>${code}</code><br />
        ${hint === undefined ? '' : html`For the app’s developers: ${hint}<br />`}
        ${requestLine(requestId)}
      </p>
    `,
  )
}

/** The id by which support finds the request in the log. */
export function requestLine(requestId: string): Html {
  return html`Request <code>${requestId}</code>`
}
