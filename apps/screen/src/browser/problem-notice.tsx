import { useEffect, useState } from 'react'
import { explainProblem } from './explain-problem.ts'
import type { ConnectedAppsProblem } from './use-connected-apps.ts'

interface ProblemNoticeProps {
  problem: ConnectedAppsProblem
  /** The app that could not be disconnected; without one, the apps could not be listed. */
  appName?: string
  signInUrl: string
  /** Without it, the button to try again is elsewhere. */
  onRetry?: () => void
}

/** What went wrong, and the one thing to do about it. */
export function ProblemNotice({ problem, appName, signInUrl, onRetry }: ProblemNoticeProps) {
  const { title, text, action, isForSupport = false } = explainProblem(problem, appName)
  return (
    <div className="notice" data-tone={action === 'retry' ? 'danger' : 'warning'}>
      <p className="notice-title">{title}</p>
      <p>{text}</p>
      {isForSupport && problem.requestId !== undefined && (
        <p className="request-id">
          For support: <code>{problem.requestId}</code>
        </p>
      )}
      {action === 'retry' && onRetry && (
        <button type="button" className="button" onClick={onRetry}>
          Try again
        </button>
      )}
      {action === 'sign in' && (
        <a className="button" href={signInUrl}>
          Sign in
        </a>
      )}
    </div>
  )
}

/** Counts down to the next attempt, which the hook makes. */
export function WaitingNotice({ retryAt }: { retryAt: number }) {
  const [seconds, setSeconds] = useState(() => secondsUntil(retryAt))
  useEffect(() => {
    const timer = setInterval(() => setSeconds(secondsUntil(retryAt)), 250)
    return () => clearInterval(timer)
  }, [retryAt])
  return (
    <div className="notice" data-tone="warning">
      <p className="notice-title">Just a moment</p>
      {/* A screen reader announces this once, rather than each second. */}
      <p className="visually-hidden">There’s a lot going on. We’ll try again automatically.</p>
      <p aria-hidden="true">
        There’s a lot going on. We’ll try again{' '}
        {seconds > 0 ? (
          <>
            in <span className="countdown">{seconds}</span> {seconds === 1 ? 'second' : 'seconds'}.
          </>
        ) : (
          'now.'
        )}
      </p>
    </div>
  )
}

function secondsUntil(time: number): number {
  return Math.max(0, Math.ceil((time - Date.now()) / 1000))
}
