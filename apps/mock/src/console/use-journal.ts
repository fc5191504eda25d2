import type { JournalEntry } from '@connected-apps/scenarios'
import { useEffect, useState } from 'react'
import { journalEventsRoute, maxStreamedEntries } from '../mock/journal-event.ts'
import type { JournalEvent } from '../mock/journal-event.ts'
import { controlUrl } from './control.ts'

/** How long the page waits before it reconnects where the browser does not do so by itself. */
const reconnectMs = 2_000

/** The journal of an isolation key, as last received. */
export interface LiveJournal extends JournalEvent {
  isConnected: boolean
  /** How many times the whole journal was received: first, after a reset, after a lost connection. */
  snapshots: number
}

const initial: LiveJournal = { total: 0, entries: [], isConnected: false, snapshots: 0 }

/**
 * Follows the journal of an isolation key while the page is visible. A hidden page keeps no
 * connection; the stream begins with the latest entries, so nothing is missing when it is shown
 * again.
 */
export function useJournal(key: string): LiveJournal {
  const [journal, setJournal] = useState(initial)
  useEffect(() => {
    let source: EventSource | undefined
    let timer: ReturnType<typeof setTimeout> | undefined

    const close = () => {
      clearTimeout(timer)
      source?.close()
      source = undefined
    }
    const connect = () => {
      close()
      if (document.hidden) return
      const opened = new EventSource(controlUrl(key, journalEventsRoute))
      source = opened
      opened.addEventListener('journal', ({ data }: MessageEvent<string>) => {
        const { total, entries }: JournalEvent = JSON.parse(data)
        setJournal(({ snapshots }) => ({
          total,
          entries,
          isConnected: true,
          snapshots: snapshots + 1,
        }))
      })
      opened.addEventListener('entries', ({ data }: MessageEvent<string>) => {
        const { total, entries }: JournalEvent = JSON.parse(data)
        setJournal((known) => ({ ...known, total, entries: mergeEntries(known.entries, entries) }))
      })
      opened.addEventListener('error', () => {
        setJournal((known) => ({ ...known, isConnected: false }))
        if (opened.readyState === EventSource.CLOSED) timer = setTimeout(connect, reconnectMs)
      })
    }
    document.addEventListener('visibilitychange', connect)
    connect()
    return () => {
      document.removeEventListener('visibilitychange', connect)
      close()
    }
  }, [key])
  return journal
}

/** The latest entries, with those that are new or have changed; each has a number of its own. */
function mergeEntries(
  known: readonly JournalEntry[],
  changed: readonly JournalEntry[],
): JournalEntry[] {
  const byNumber = new Map([...known, ...changed].map((entry) => [entry.number, entry]))
  return [...byNumber.values()]
    .toSorted((one, other) => one.number - other.number)
    .slice(-maxStreamedEntries)
}
