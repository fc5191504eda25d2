import type { JournalEntry } from '@connected-apps/scenarios'

/** The control route that streams a journal; its reader is the console, in a browser. */
export const journalEventsRoute = '/journal/events'

/** How many of the latest requests a stream is about; older ones are in the journal itself. */
export const maxStreamedEntries = 200

/** The data of an event: `journal` has the latest entries, `entries` those that are new or have changed. */
export interface JournalEvent {
  /** How many requests there were since the last reset. */
  total: number
  /** Oldest first. */
  entries: readonly JournalEntry[]
}
