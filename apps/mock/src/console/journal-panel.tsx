import { allOperations } from '@connected-apps/contract/operations'
import type { JournalEntry } from '@connected-apps/scenarios'
import { memo, useEffect, useState } from 'react'
import { controlUrl } from './control.ts'
import { StatusChip } from './status-chip.tsx'
import type { LiveJournal } from './use-journal.ts'

interface JournalPanelProps {
  journal: LiveJournal
  isolationKey: string
  onReset: () => Promise<void>
}

/** The requests that the mock has received from any client, latest first. */
export function JournalPanel({ journal, isolationKey, onReset }: JournalPanelProps) {
  const { total, entries, isConnected } = journal
  const [hasFailed, setHasFailed] = useState(false)
  const reset = () =>
    onReset().then(
      () => setHasFailed(false),
      () => setHasFailed(true),
    )
  return (
    <section className="journal" id="journal" aria-labelledby="journal-title">
      <div className="card-head">
        <h2 id="journal-title">
          Journal <span className="count">{total}</span>
        </h2>
        <span className="live" data-live={isConnected}>
          {isConnected ? 'Live' : 'Connecting…'}
        </span>
        <button type="button" className="button" onClick={() => void reset()}>
          Reset
        </button>
      </div>
      <p className="hint">
        Reset empties the <a href={controlUrl(isolationKey, '/journal')}>journal</a>, restarts
        sequences, restores revoked apps and removes custom scenarios, only for{' '}
        {isolationKey === '' ? 'requests without a key' : 'this key'}.
      </p>
      <div role="alert">
        {hasFailed && (
          <p className="notice" data-tone="danger">
            The reset failed. Is the mock still running?
          </p>
        )}
      </div>
      <Announcement total={total} latest={entries.at(-1)} />
      {entries.length === 0 ? (
        <p className="empty">
          No requests yet. They appear here as they arrive, including those from your tests.
        </p>
      ) : (
        <ol className="entries" reversed tabIndex={0} aria-label="Received requests, latest first">
          {entries.toReversed().map((entry) => (
            <Entry key={entry.number} entry={entry} />
          ))}
        </ol>
      )}
      {total > entries.length && (
        <p className="hint">
          Showing the latest {entries.length} of {total}.
        </p>
      )}
    </section>
  )
}

const Entry = memo(
  function Entry({ entry }: { entry: JournalEntry }) {
    const { method, path, operationId, scenario, example, reason, status, aborted } = entry
    // A mock that is watched may have more operations than it had when it sent this page.
    const operation = allOperations.find((each) => each.operationId === operationId)
    const detail = [
      reason ??
        scenario ??
        example ??
        (operationId === undefined ? 'no such operation' : undefined),
      entry.durationMs === undefined ? undefined : `${entry.durationMs}\u00A0ms`,
    ]
    return (
      <li className="entry">
        <StatusChip status={status} word={aborted ? 'disconnected' : 'pending'} />
        <span className="entry-title" title={`${method} ${path}`}>
          {operation?.summary ?? `${method} ${path}`}
        </span>
        <span className="entry-detail">
          <time dateTime={entry.arrivedAt}>{timeOf(entry.arrivedAt)}</time>
          {detail.filter((each) => each !== undefined).map((each) => ` · ${each}`)}
        </span>
      </li>
    )
  },
  (one, other) => one.entry === other.entry || isSame(one.entry, other.entry),
)

function isSame(one: JournalEntry, other: JournalEntry): boolean {
  return (
    one.number === other.number &&
    one.arrivedAt === other.arrivedAt &&
    one.durationMs === other.durationMs &&
    one.aborted === other.aborted &&
    one.scenario === other.scenario &&
    one.reason === other.reason
  )
}

/** Tells a screen reader about new requests once they pause, rather than about each. */
function Announcement({ total, latest }: { total: number; latest: JournalEntry | undefined }) {
  const [text, setText] = useState('')
  const status = latest?.status ?? ''
  useEffect(() => {
    const timer = setTimeout(() => {
      setText(total === 0 ? 'The journal is empty' : `${total} requests, the latest ${status}`)
    }, 1000)
    return () => clearTimeout(timer)
  }, [total, status])
  return (
    <p role="status" className="visually-hidden">
      {text}
    </p>
  )
}

function timeOf(arrivedAt: string): string {
  return new Date(arrivedAt).toLocaleTimeString('en-GB')
}
