import { describe, expect, it } from 'vitest'
import type { JournalFilter } from '../src/index.ts'
import { Journal, maxJournalEntries } from '../src/journal/journal.ts'

describe('the journal', () => {
  it('keeps only the latest requests, but counts all of them', () => {
    const journal = new Journal()
    for (let count = 0; count < 5 * maxJournalEntries; count += 1) {
      journal.add({ method: 'POST', path: '/', credentials: 'absent', session: 'none' })
    }
    const entries = journal.list()
    expect(entries).toHaveLength(maxJournalEntries)
    expect(entries.at(-1)?.number).toBe(5 * maxJournalEntries)
    expect(journal.total).toBe(5 * maxJournalEntries)
    expect(journal.assert({}, 1).message).toMatch(/the oldest 4000 were discarded/)
  })

  it('does not hold for an exact number once requests have been discarded', () => {
    const journal = new Journal()
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
