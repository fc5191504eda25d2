import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { JournalAssertion, JournalFilter } from '../src/index.ts'
import { JournalLog, maxJournalEntries } from '../src/journal/journal.ts'

describe('the journal', () => {
  it('keeps only the latest requests, but counts all of them', () => {
    const journal = new JournalLog()
    for (let count = 0; count < 5 * maxJournalEntries; count += 1) {
      journal.add({ method: 'POST', path: '/', credentials: 'absent', session: 'none' })
    }
    const entries = journal.list()
    expect(entries).toHaveLength(maxJournalEntries)
    expect(entries.at(-1)?.number).toBe(5 * maxJournalEntries)
    expect(journal.total).toBe(5 * maxJournalEntries)
    expect(journal.assert({}, 1).message).toMatch(/the oldest 4000 were discarded/)
  })

  it('fails assertions of an exact number once requests have been discarded', () => {
    const journal = new JournalLog()
    const add = (path: string) =>
      journal.add({ method: 'POST', path, credentials: 'absent', session: 'none' })
    const filter = (path: string): JournalFilter => ({ path })
    add('first')
    add('second')
    expect(journal.assert(filter('second'), 1)).toMatchObject({ ok: true })
    for (let count = 1; count < maxJournalEntries; count += 1) add('other')
    expect(journal.assert(filter('first'), 0)).toMatchObject({
      ok: false,
      message: expect.stringMatching(/the oldest 1 were discarded.*reset the journal/),
    })
    expect(journal.assert(filter('second'), 1)).toMatchObject({ ok: false })
    expect(journal.assert(filter('second'))).toMatchObject({ ok: true })
    expect(journal.assert(filter('first'))).toMatchObject({ ok: false })
    journal.clear()
    expect(journal.assert(filter('first'), 0)).toMatchObject({ ok: true })
  })
})

describe('a journal that is waited for', () => {
  const post = { method: 'POST', path: '/', credentials: 'absent', session: 'none' } as const
  const limited = { status: 429, example: 'too_many_requests' } as const
  let journal: JournalLog
  beforeEach(() => {
    vi.useFakeTimers()
    journal = new JournalLog()
  })
  afterEach(() => {
    vi.useRealTimers()
  })

  it('resolves as soon as a request matches, which may be when it is complete', async () => {
    const waiting = journal.waitFor({ status: 429 })
    const entry = journal.add(post)
    const settled = vi.fn<() => void>()
    const observed = waiting.then(settled)
    await vi.advanceTimersByTimeAsync(100)
    expect(settled).not.toHaveBeenCalled()
    journal.complete(entry, limited)
    await observed
    expect(await waiting).toMatchObject({ ok: true, actual: 1 })
    expect(vi.getTimerCount()).toBe(0)
  })

  it('resolves immediately if enough requests match, and fails if there are too many', async () => {
    for (let count = 0; count < 3; count += 1) journal.add(post)
    expect(await journal.waitFor({}, 3)).toMatchObject({ ok: true })
    expect(await journal.waitFor({}, 2)).toMatchObject({ ok: false, expected: 2, actual: 3 })
    expect(await journal.waitFor({ method: 'GET' }, 0)).toMatchObject({ ok: true })
    expect(vi.getTimerCount()).toBe(0)
  })

  it.each([
    [{}, 5000],
    [{ timeoutMs: 50 }, 50],
    [{ timeoutMs: Number.MAX_SAFE_INTEGER }, 60_000],
  ])('resolves with the number of requests after the timeout: %o', async (options, timeoutMs) => {
    const settled = vi.fn<(assertion: JournalAssertion) => void>()
    const observed = journal.waitFor({}, 2, options).then(settled)
    journal.add(post)
    await vi.advanceTimersByTimeAsync(timeoutMs - 1)
    expect(settled).not.toHaveBeenCalled()
    await vi.advanceTimersByTimeAsync(1)
    await observed
    expect(settled.mock.calls).toMatchObject([[{ ok: false, expected: 2, actual: 1 }]])
  })

  it('resolves when the signal aborts, and leaves neither a timer nor a listener', async () => {
    const abort = new AbortController()
    const removed = vi.spyOn(abort.signal, 'removeEventListener')
    const waiting = journal.waitFor({}, 1, { signal: abort.signal })
    abort.abort()
    expect(await waiting).toMatchObject({ ok: false })
    expect(await journal.waitFor({}, 1, { signal: abort.signal })).toMatchObject({ ok: false })
    expect(vi.getTimerCount()).toBe(0)
    expect(removed).toHaveBeenCalledTimes(1)
  })
})

describe('a journal that is cleared', () => {
  const journal = new JournalLog()
  const add = (method: string) =>
    journal.add({ method, path: '/', credentials: 'absent', session: 'none' })

  it('removes only entries that match the filter, which do not count as discarded', () => {
    for (const method of ['GET', 'POST', 'GET']) add(method)
    journal.clear({ method: 'GET' })
    expect(journal.list()).toMatchObject([{ number: 2, method: 'POST' }])
    expect(journal.total).toBe(1)
    expect(journal.assert({}, 1)).toMatchObject({ ok: true })
    add('GET')
    expect(journal.list()).toMatchObject([{ number: 2 }, { number: 4 }])
  })

  it('removes everything without a filter, and restarts the count', () => {
    journal.clear({})
    add('GET')
    expect(journal.list()).toMatchObject([{ number: 1 }])
  })
})

it('a listener is called with each request when it arrives and when it is complete, until it unsubscribes', () => {
  const journal = new JournalLog()
  const heard: (number | undefined)[] = []
  const unsubscribe = journal.subscribe(({ status }) => heard.push(status))
  const entry = journal.add({ method: 'GET', path: '/', credentials: 'absent', session: 'none' })
  journal.complete(entry, { status: 404 })
  unsubscribe()
  journal.complete(entry, { status: 429 })
  expect(heard).toEqual([undefined, 404])
})

it('returns its latest entries as the same objects that listeners receive', () => {
  const journal = new JournalLog()
  const heard: unknown[] = []
  journal.subscribe((entry) => heard.push(entry))
  for (const method of ['GET', 'POST', 'PUT']) {
    journal.add({ method, path: '/', credentials: 'absent', session: 'none' })
  }
  const latest = journal.latest(2)
  expect(latest).toHaveLength(2)
  expect(latest.every((entry, index) => entry === heard[index + 1])).toBe(true)
})
