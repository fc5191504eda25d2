import { useId, useLayoutEffect, useRef, useState } from 'react'
import type { ConnectedApp } from '../api.ts'
import { AppLogo } from './app-logo.tsx'
import { DisconnectDialog } from './disconnect-dialog.tsx'
import { explainProblem } from './explain-problem.ts'
import { ProblemNotice, WaitingNotice } from './problem-notice.tsx'
import { describeScopes } from './scopes.ts'
import type { RevokeOutcome } from './use-connected-apps.ts'
import { useRevokeConnectedApp } from './use-connected-apps.ts'

interface AppRowProps {
  app: ConnectedApp
  signInUrl: string
  /** Called once the app has no access any more. */
  onDisconnected: (app: ConnectedApp, outcome: RevokeOutcome) => void
  /** Called when the row goes away with the focus in it. */
  onFocusLost: () => void
}

/** One app, and everything that can happen while it is disconnected. */
export function AppRow({ app, signInUrl, onDisconnected, onFocusLost }: AppRowProps) {
  const revoke = useRevokeConnectedApp()
  const [isConfirming, setIsConfirming] = useState(false)
  const row = useRef<HTMLLIElement>(null)
  const nameId = useId()
  const scopes = describeScopes(app.scopes_granted)

  useLayoutEffect(() => {
    const { current } = row
    return () => {
      if (current?.contains(document.activeElement)) onFocusLost()
    }
  }, [onFocusLost])

  const disconnect = () => {
    setIsConfirming(false)
    revoke.mutateAsync(app).then(
      (outcome) => onDisconnected(app, outcome),
      () => undefined, // the row shows it
    )
  }

  const { isPending, failureReason, error } = revoke
  // The user has confirmed it already, so another attempt needs no dialog.
  const isRetry = error !== null && explainProblem(error, app.name).action === 'retry'
  const label = isRetry ? 'Try again' : 'Disconnect'
  return (
    <li className="app" ref={row} aria-labelledby={nameId} aria-busy={isPending}>
      <AppLogo app={app} />
      <div className="app-text">
        <h2 id={nameId}>{app.name}</h2>
        {app.description && <p className="app-description">{app.description}</p>}
      </div>
      {scopes.length > 0 && (
        <ul className="scopes" aria-label="What it may do">
          {scopes.map((scope) => (
            <li key={scope}>{scope}</li>
          ))}
        </ul>
      )}
      <div className="app-state">
        <div role="status">
          {isPending && <span className="visually-hidden">Disconnecting {app.name}…</span>}
          {isPending && failureReason?.retryAt !== undefined && (
            <WaitingNotice key={failureReason.retryAt} retryAt={failureReason.retryAt} />
          )}
        </div>
        <div role="alert">
          {error && <ProblemNotice problem={error} appName={app.name} signInUrl={signInUrl} />}
        </div>
      </div>
      <button
        type="button"
        className="button app-action"
        aria-disabled={isPending} // a button that is really disabled would lose the focus
        onClick={() => {
          if (isRetry) disconnect()
          else if (!isPending) setIsConfirming(true)
        }}
      >
        {isPending && <span className="spinner" aria-hidden="true" />}
        {isPending ? 'Disconnecting…' : label}
        <span className="visually-hidden">
          {isRetry && ' to disconnect'} {app.name}
        </span>
      </button>
      {isConfirming && (
        <DisconnectDialog
          appName={app.name}
          onConfirm={disconnect}
          onClose={() => setIsConfirming(false)}
        />
      )}
    </li>
  )
}
