import type { ConnectedAppsProblem } from './use-connected-apps.ts'

/** What a person is told of a problem, and what they can do about it. */
export interface Explanation {
  title: string
  text: string
  action?: 'retry' | 'sign in'
  /** Whether support can help, to whom the `request_id` is quoted. */
  isForSupport?: boolean
}

/** @param appName the app that should be disconnected; without one, the apps should be listed */
export function explainProblem(problem: ConnectedAppsProblem, appName?: string): Explanation {
  const wanted = appName === undefined ? 'see your connected apps' : `disconnect ${appName}`
  return explanations[problem.code](wanted, appName, problem)
}

type Explain = (
  wanted: string,
  appName: string | undefined,
  problem: ConnectedAppsProblem,
) => Explanation

const unexpected: Explain = (_, appName) => ({
  title: 'That didn’t work',
  text: `We couldn’t ${describeAttempt(appName)}. If it happens again, please contact support.`,
  action: 'retry',
  isForSupport: true,
})

const explanations: Record<ConnectedAppsProblem['code'], Explain> = {
  session_over: (wanted) => ({
    title: 'You’ve been signed out',
    text: `Sign in again to ${wanted}.`,
    action: 'sign in',
  }),
  not_permitted: (wanted, appName) => ({
    title: 'Ask an admin for this',
    text: `Your role doesn’t allow you to ${wanted}. An admin of your organization can ${appName === undefined ? 'change that' : 'do it for you, or change your role'}.`,
  }),
  other_organization: (wanted) => ({
    title: 'You’re signed in to another organization',
    text: `Sign in to the organization in which you want to ${wanted}.`,
    action: 'sign in',
  }),
  rate_limited: (_, appName, { retryAt = 0 }) => {
    const minutes = Math.ceil((retryAt - Date.now()) / 60_000)
    return {
      title: 'It’s still too busy',
      text: `We couldn’t ${describeAttempt(appName)} yet. Please try again in ${minutes > 1 ? `${minutes} minutes` : 'a minute'}.`,
      action: 'retry',
    }
  },
  offline: (wanted) => ({
    title: 'You seem to be offline',
    text: `Check your connection, then try again to ${wanted}.`,
    action: 'retry',
  }),
  // The request may have been carried out, so neither yes nor no would be true.
  unavailable: (_, appName) => ({
    title: 'Something went wrong on our side',
    text:
      appName === undefined
        ? 'We couldn’t load your connected apps.'
        : `We can’t tell whether ${appName} still has access. It’s safe to try again.`,
    action: 'retry',
    isForSupport: true,
  }),
  // The hook takes it for a success.
  already_gone: unexpected,
  unexpected,
}

/** A person sees the apps, but it is us who could not load them. */
function describeAttempt(appName: string | undefined): string {
  return appName === undefined ? 'load your connected apps' : `disconnect ${appName}`
}
