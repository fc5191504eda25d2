import { Component, useCallback, useRef, useState } from 'react'
import type { ReactNode } from 'react'
import type { ConnectedApp } from '../api.ts'
import { AppRow } from './app-row.tsx'
import { ProblemNotice, WaitingNotice } from './problem-notice.tsx'
import type { RevokeOutcome } from './use-connected-apps.ts'
import { ConnectedAppsProblem, useConnectedApps } from './use-connected-apps.ts'

/** The apps that have access to the Member who is signed in, each with a way to end it. */
export function ConnectedAppsScreen({ signInUrl }: { signInUrl: string }) {
  const { data: apps, error, failureReason, refetch } = useConnectedApps()
  const [announcement, setAnnouncement] = useState<string>()
  const heading = useRef<HTMLHeadingElement>(null)
  const focusHeading = useCallback(() => heading.current?.focus(), [])

  const announce = ({ name }: ConnectedApp, outcome: RevokeOutcome) => {
    setAnnouncement(
      outcome === 'revoked'
        ? `${name} is disconnected. It no longer has access.`
        : `${name} was already disconnected.`,
    )
  }

  // A list that can't be updated is still worth showing, unless the user was signed out.
  const problem = apps === undefined || error?.code === 'session_over' ? error : null
  const shown = problem === null ? apps : undefined
  const isLoading = problem === null && apps === undefined
  return (
    <main className="screen">
      <header>
        <h1 ref={heading} tabIndex={-1}>
          Connected apps
        </h1>
        <p>These apps can act on your behalf. Disconnect the ones you no longer use.</p>
      </header>
      <div role="status">
        {announcement !== undefined && (
          <p className="notice" data-tone="success">
            {announcement}
          </p>
        )}
        {isLoading && <span className="visually-hidden">Loading your connected apps…</span>}
        {isLoading && failureReason?.retryAt !== undefined && (
          <WaitingNotice key={failureReason.retryAt} retryAt={failureReason.retryAt} />
        )}
      </div>
      <div role="alert">
        {problem && (
          <ProblemNotice problem={problem} signInUrl={signInUrl} onRetry={() => void refetch()} />
        )}
      </div>
      {isLoading && <Skeleton />}
      {shown?.length === 0 && <Empty />}
      {shown !== undefined && shown.length > 0 && (
        <ErrorBoundary fallback={<Broken signInUrl={signInUrl} />}>
          <ul className="apps">
            {shown.map((app) => (
              <AppRow
                key={app.connected_app_id}
                app={app}
                signInUrl={signInUrl}
                onDisconnected={announce}
                onFocusLost={focusHeading}
              />
            ))}
          </ul>
        </ErrorBoundary>
      )}
    </main>
  )
}

/** Without it, an error while rendering would unmount the whole page, a team's own parts included. */
class ErrorBoundary extends Component<{ fallback: ReactNode; children: ReactNode }> {
  static getDerivedStateFromError() {
    return { hasFailed: true }
  }

  override state = { hasFailed: false }

  override render() {
    return this.state.hasFailed ? this.props.fallback : this.props.children
  }
}

/** In place of a list that cannot be rendered, such as one whose apps have no names. */
function Broken({ signInUrl }: { signInUrl: string }) {
  const problem = new ConnectedAppsProblem({ code: 'unexpected' })
  return (
    <div role="alert">
      <ProblemNotice
        problem={problem}
        signInUrl={signInUrl}
        onRetry={() => window.location.reload()}
      />
    </div>
  )
}

function Empty() {
  return (
    <div className="empty">
      <svg viewBox="0 0 32 32" width="40" height="40" aria-hidden="true">
        <path d="M12 16h8M12 20.5H9a4.5 4.5 0 0 1 0-9h3m8 9h3a4.5 4.5 0 0 0 0-9h-3" />
      </svg>
      <h2>No apps are connected</h2>
      <p>When you let an app use your account, it appears here.</p>
    </div>
  )
}

function Skeleton() {
  return (
    <div className="apps skeleton" aria-hidden="true">
      {[0, 1].map((index) => (
        <div className="app" key={index}>
          <span className="logo" />
          <div className="app-text">
            <span className="line" />
            <span className="line" />
            <span className="line" />
          </div>
          <span className="line app-action" />
        </div>
      ))}
    </div>
  )
}
