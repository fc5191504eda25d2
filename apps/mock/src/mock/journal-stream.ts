import type { JournalEntry, ScenarioEngine } from '@connected-apps/scenarios'
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http'
import { maxStreamedEntries } from './journal-event.ts'
import type { JournalEvent } from './journal-event.ts'

/**
 * Requests that arrive within this time are sent together, so that they cost a busy mock little: a
 * page shows the latest of them alone.
 */
const batchMs = 250

/** Keeps the connection from looking idle to the server and to proxies. */
const heartbeatMs = 15_000

/** A reader that is further behind is dropped. A page connects again and begins with a new list. */
const maxBufferedBytes = 1024 * 1024

/**
 * Whether a page of another origin sent the request. Browsers add `Sec-Fetch-Site` to every request,
 * except to plain HTTP hosts other than loopback, and `Origin` to those whose response a page reads.
 */
export function isFromOtherOrigin({ origin, host, ...headers }: IncomingHttpHeaders): boolean {
  const site = headers['sec-fetch-site']
  if (site !== undefined && site !== 'same-origin' && site !== 'none') return true
  if (origin === undefined) return false
  return !URL.canParse(origin) || new URL(origin).host !== host
}

/**
 * Streams the journal of an isolation key as server-sent events: `journal` with the latest entries,
 * first and whenever some were removed or scenarios have changed, and `entries` with those that are
 * new or changed since. Both have the `total` of the journal.
 */
export function streamJournal(
  request: IncomingMessage,
  response: ServerResponse,
  engine: ScenarioEngine,
  key: string,
): void {
  // Unlike those of `writeHead`, these can be read: a watched mock finds its streams by their type.
  response.setHeader('Content-Type', 'text/event-stream')
  response.setHeader('Cache-Control', 'no-store')
  response.setHeader('X-Content-Type-Options', 'nosniff')
  if (request.method === 'HEAD') {
    response.end()
    return
  }
  const changed = new Set<JournalEntry>()
  let isNew = true
  let isEvicted = false
  let timer: NodeJS.Timeout | undefined

  const send = () => {
    timer = undefined
    if (response.writableEnded) return // a watched mock has ended it, and it closes once it is sent
    // Reading the journal of an evicted key would create the key again, and evict another one.
    const journal = isEvicted ? undefined : engine.key(key || undefined).journal
    const latest = journal?.latest(maxStreamedEntries) ?? []
    // A request that was removed from the journal may still be completed, but is no longer in it.
    const entries = isNew ? latest : latest.filter((entry) => changed.has(entry))
    const event: JournalEvent = { total: journal?.total ?? 0, entries }
    const type = isNew ? 'journal' : 'entries'
    isNew = isEvicted // the next journal of the key has numbers of its own
    changed.clear()
    response.write(`event: ${type}\ndata: ${JSON.stringify(event)}\n\n`)
    if (response.writableLength > maxBufferedBytes) response.destroy()
  }
  const schedule = () => {
    timer ??= setTimeout(send, batchMs)
  }
  const unsubscribe = engine.subscribe(
    (entry, entryKey) => {
      if (entryKey !== key) return
      isEvicted = false
      changed.add(entry)
      schedule()
    },
    (changedKey, isGone) => {
      if (changedKey !== key) return
      isNew = true
      isEvicted = isGone
      schedule()
    },
  )
  const heartbeat = setInterval(() => {
    if (!response.writableEnded) response.write(':\n\n')
  }, heartbeatMs)
  response.once('close', () => {
    unsubscribe()
    clearInterval(heartbeat)
    clearTimeout(timer)
  })
  send()
}
