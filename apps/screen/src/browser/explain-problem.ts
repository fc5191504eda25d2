import type { ConnectedAppsProblem } from './use-connected-apps.ts'

/** How a problem is shown to the user, and what they can do about it. */
export interface Explanation {
  title: string
  text: string
  action?: 'retry' | 'sign in'
  /** Whether support can help, given the `request_id`. */
  isForSupport?: boolean
}

/** @param appName the app to disconnect; without one, the goal was to list the apps */
export function explainProblem(problem: ConnectedAppsProblem, appName?: string): Explanation {
  const goal = appName === undefined ? 'see your connected apps' : `disconnect ${appName}`
  return explanations[problem.code](goal, appName, problem)
}

type Explain = (
  goal: string,
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
  session_over: (goal) => ({
    title: 'You’ve been signed out',
    text: `Sign in again to ${goal}.`,
    action: 'sign in',
  }),
  not_permitted: (goal, appName) => ({
    title: 'Ask an admin for this',
    text: `Your role doesn’t allow you to ${goal}. An admin of your organization can ${appName === undefined ? 'change that' : 'do it for you, or change your role'}.`,
  }),
  other_organization: (goal) => ({
    title: 'You’re signed in to another organization',
    text: `Sign in to the organization in which you want to ${goal}.`,
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
  offline: (goal) => ({
    title: 'You seem to be offline',
    text: `Check your connection, then try again to ${goal}.`,
    action: 'retry',
  }),
  // The request may have been processed, so the outcome is unknown.
  unavailable: (_, appName) => ({
    title: 'Something went wrong on our side',
    text:
      appName === undefined
        ? 'We couldn’t load your connected apps.'
        : `We can’t tell whether ${appName} still has access. It’s safe to try again.`,
    action: 'retry',
    isForSupport: true,
  }),
  // Never shown, since the hook treats it as a success.
  already_gone: unexpected,
  unexpected,
}

/** The user sees their apps, but the screen loads them. */
function describeAttempt(appName: string | undefined): string {
  return appName === undefined ? 'load your connected apps' : `disconnect ${appName}`
}
