import { headerParameterExamples, pathParameterExamples } from '@connected-apps/contract/examples'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { startMock } from '../src/index.ts'
import type { Mock } from '../src/index.ts'
import { Journal, maxJournalEntries } from '../src/journal/journal.ts'
import { callRevoke } from './call-revoke.ts'

let mock: Mock
beforeAll(async () => {
  mock = await startMock()
})
afterAll(() => mock.close())
beforeEach(() => mock.reset())

async function control(
  path: string,
  init?: RequestInit,
): Promise<{ status: number; body: unknown }> {
  const response = await fetch(`${mock.url}/__mock${path}`, init)
  const text = await response.text()
  return { status: response.status, body: text === '' ? undefined : JSON.parse(text) }
}

describe('the journal', () => {
  it('lists the received requests with their outcome', async () => {
    await callRevoke(mock.url)
    await callRevoke(mock.url, { ids: { member_id: 'm' }, headers: { prefer: 'code=403' } })
    const { status, body } = await control('/journal')
    expect(status).toBe(200)
    expect(body).toMatchObject({
      total: 2,
      entries: [
        { number: 1, method: 'POST', ...pathParameterExamples, status: 200, example: 'revoked' },
        { number: 2, member_id: 'm', status: 403, example: 'session_authorization_error' },
      ],
    })
  })

  it('can be filtered', async () => {
    await callRevoke(mock.url, { ids: { member_id: 'a' } })
    await callRevoke(mock.url, { ids: { member_id: 'b' } })
    await callRevoke(mock.url, { ids: { member_id: 'b' }, headers: { prefer: 'code=500' } })
    const members = async (query: string) => (await control(`/journal${query}`)).body
    expect(await members('?member_id=b')).toMatchObject({ entries: [{ number: 2 }, { number: 3 }] })
    expect(await members('?member_id=b&status=500')).toMatchObject({ entries: [{ number: 3 }] })
    expect(await members('?member_id=c')).toMatchObject({ total: 3, entries: [] })
  })

  it('contains no secrets', async () => {
    const token = headerParameterExamples['X-Stytch-Member-Session']
    await callRevoke(mock.url, {
      headers: { 'X-Stytch-Member-Session': token },
      query: '?token=hidden',
    })
    await callRevoke(mock.url, { headers: { authorization: '' }, body: 'hidden' })
    const { body } = await control('/journal')
    const text = JSON.stringify(body)
    for (const secret of [token, btoa('project-test-1:secret-test-1'), 'secret-test-1', 'hidden']) {
      expect(text).not.toContain(secret)
    }
    expect(body).toMatchObject({
      entries: [{ credentials: 'present', session: 'token' }, { session: 'none' }],
    })
  })

  it('omits the page, its icon, control routes and preflights', async () => {
    for (const path of ['/', '/favicon.ico', '/__mock/journal', '/__mock/health']) {
      await (await fetch(mock.url + path)).text()
    }
    const headers = { origin: 'http://app.test', 'access-control-request-method': 'POST' }
    await fetch(`${mock.url}/v1`, { method: 'OPTIONS', headers })
    expect(mock.journal.total).toBe(0)
  })

  it('records rejected requests and unknown routes', async () => {
    await fetch(`${mock.url}/${'a'.repeat(5_000)}`)
    await callRevoke(mock.url, { ids: { member_id: 'a b' } })
    const [unknownRoute, rejected] = mock.journal.entries()
    expect(unknownRoute).toMatchObject({ status: 404, example: 'route_not_found' })
    expect(unknownRoute?.path).toHaveLength(512)
    expect(rejected).toMatchObject({ status: 400, example: 'invalid_id', member_id: 'a b' })
  })

  it('is emptied by DELETE', async () => {
    await callRevoke(mock.url)
    expect((await control('/journal', { method: 'DELETE' })).status).toBe(204)
    expect((await control('/journal')).body).toEqual({ total: 0, entries: [] })
  })

  it('keeps only the latest requests, but counts all of them', () => {
    const journal = new Journal()
    for (let count = 0; count < 5 * maxJournalEntries; count += 1) {
      journal.add({ method: 'POST', path: '/', credentials: 'absent', session: 'none' })
    }
    const entries = journal.entries()
    expect(entries).toHaveLength(maxJournalEntries)
    expect(entries.at(-1)?.number).toBe(5 * maxJournalEntries)
    expect(journal.total).toBe(5 * maxJournalEntries)
    expect(journal.assert({}, 1).message).toMatch(/the oldest 4000 were discarded/)
  })
})

describe('an assertion', () => {
  it('responds with 200 when it holds, and with 409 and the actual number when it does not', async () => {
    await callRevoke(mock.url)
    const member = `member_id=${pathParameterExamples.member_id}`
    expect(await control(`/journal/assert?times=1&${member}`)).toMatchObject({
      status: 200,
      body: { ok: true },
    })
    expect(await control(`/journal/assert?${member}`)).toMatchObject({ status: 200 })
    expect(await control(`/journal/assert?times=2&${member}&status=200`)).toEqual({
      status: 409,
      body: {
        ok: false,
        expected: 2,
        actual: 1,
        message: `expected 2 request(s) with ${member}, status=200, found 1`,
      },
    })
    expect((await control('/journal/assert?status=500')).status).toBe(409)
    expect((await control('/journal/assert?times=0&status=500')).status).toBe(200)
  })

  it.each([
    '/journal?membr_id=a',
    '/journal?times=1',
    '/journal/assert?times=one',
    '/journal?status=a',
    '/journal?status=418',
    '/journal?example=typo',
    '/journal?credentials=maybe',
    '/journal?session=foo',
    '/journal/assert?times=0&example=typo',
    '/journal/assert?times=0&credentials=maybe',
    '/journal/assert?times=0&session=foo',
  ])('rejects the misspelled %s instead of matching nothing', async (path) => {
    const { status, body } = await control(path)
    expect(status).toBe(400)
    expect(body).toHaveProperty('message')
  })

  it('does not hold for an exact number once requests have been discarded', () => {
    const journal = new Journal()
    const add = (member_id: string) =>
      journal.add({ method: 'POST', path: '/', member_id, credentials: 'absent', session: 'none' })
    add('first')
    add('second')
    expect(journal.assert({ member_id: 'second' }, 1)).toMatchObject({ ok: true })
    for (let count = 1; count < maxJournalEntries; count += 1) add('other')
    expect(journal.assert({ member_id: 'first' }, 0)).toMatchObject({
      ok: false,
      message: expect.stringMatching(/the oldest 1 were discarded.*reset the journal/),
    })
    expect(journal.assert({ member_id: 'second' }, 1)).toMatchObject({ ok: false })
    expect(journal.assert({ member_id: 'second' })).toMatchObject({ ok: true })
    expect(journal.assert({ member_id: 'first' })).toMatchObject({ ok: false })
    journal.reset()
    expect(journal.assert({ member_id: 'first' }, 0)).toMatchObject({ ok: true })
  })

  it('is available to tests in the same process', async () => {
    await callRevoke(mock.url)
    expect(mock.journal.assert({ status: 200, session: 'none' }, 1)).toMatchObject({ ok: true })
  })
})
