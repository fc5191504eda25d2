import { allOperations, contract } from '@connected-apps/contract/operations'
import { describe, expect, it } from 'vitest'
import { allScenarios } from '../src/index.ts'
import { call } from './call.ts'
import { anyOperation, errorOf, first, scenarioValue, statusOf, successOf } from './operations.ts'
import { startSharedMock } from './shared-mock.ts'

const mock = await startSharedMock()

async function control(
  path: string,
  init?: RequestInit,
): Promise<{ status: number; body: unknown }> {
  const response = await fetch(`${mock.url}/__mock${path}`, init)
  const text = await response.text()
  return { status: response.status, body: text === '' ? undefined : JSON.parse(text) }
}

const { operationId, method, parameters, pathParameters, successStatus } = anyOperation
const parameter = first(pathParameters)
const failure = errorOf(anyOperation, 'failure')
const failureStatus = statusOf(anyOperation, failure)
const preferFailure = { prefer: `code=${failureStatus}` }

describe.each(allOperations)('the journal of $operationId', (operation) => {
  const path = Object.fromEntries(
    operation.pathParameters.map((name) => [name, operation.parameters[name]?.example]),
  )

  it('lists the received requests with their path parameters and their outcome', async () => {
    const limit = errorOf(operation, 'limit')
    await call(mock.url, operation)
    await call(mock.url, operation, { headers: { prefer: `example=${limit}` } })
    const received = { operationId: operation.operationId, method: operation.method, ...path }
    expect(await control('/journal')).toMatchObject({
      status: 200,
      body: {
        total: 2,
        entries: [
          {
            number: 1,
            ...received,
            status: operation.successStatus,
            example: successOf(operation),
          },
          { number: 2, ...received, status: statusOf(operation, limit), example: limit },
        ],
      },
    })
  })

  it('can be filtered by the operation and by each path parameter', async () => {
    for (const other of allOperations) await call(mock.url, other)
    for (const name of operation.pathParameters) {
      await call(mock.url, operation, { values: { [name]: 'mine' } })
      const query = `operationId=${operation.operationId}&${name}=mine`
      expect((await control(`/journal/assert?times=1&${query}`)).body).toMatchObject({ ok: true })
      expect((await control(`/journal?${name}=none`)).body).toMatchObject({ entries: [] })
    }
  })

  it('can be filtered by the scenario', async () => {
    const [scenario] = allScenarios.filter((each) => each.operationId === operation.operationId)
    const { id = '', title = '' } = scenario ?? {}
    await call(mock.url, operation)
    await call(mock.url, operation, { values: scenarioValue(operation, id) })
    const query = new URLSearchParams({ scenario: title })
    expect((await control(`/journal?${query.toString()}`)).body).toMatchObject({
      entries: [{ number: 2, scenario: title }],
    })
  })

  it('records which session was sent, but no value of it', async () => {
    const { token, jwt } = operation.sessionHeaders
    const kinds: [kind: string, names: (string | undefined)[]][] = [
      ['none', []],
      ['token', [token]],
      ['jwt', [jwt]],
      ['both', [token, jwt]],
    ]
    for (const [kind, names] of kinds) {
      const sent = names.filter((name) => name !== undefined)
      if (sent.length < names.length) continue
      const examples = sent.map((name) => [name, String(operation.parameters[name]?.example)])
      await call(mock.url, operation, { values: Object.fromEntries(examples) })
      expect(mock.journal.list().at(-1)).toMatchObject({ session: kind })
      const text = JSON.stringify(mock.journal.list())
      for (const [, secret = ''] of examples) expect(text).not.toContain(secret)
    }
  })
})

describe('the journal', () => {
  it('contains neither credentials nor the query or the body', async () => {
    await call(mock.url, anyOperation, { query: '?token=hidden' })
    await fetch(`${mock.url}/v1`, { method: 'POST', body: 'hidden' })
    const { body } = await control('/journal')
    const text = JSON.stringify(body)
    for (const secret of [btoa('project-test-1:secret-test-1'), 'secret-test-1', 'hidden']) {
      expect(text).not.toContain(secret)
    }
    expect(body).toMatchObject({ entries: [{ credentials: 'present' }, { credentials: 'absent' }] })
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
    await call(mock.url, anyOperation, { values: { [parameter]: 'a b' } })
    const [unknownRoute, rejected] = mock.journal.list()
    const { status, example } = contract.unmatched
    expect(unknownRoute).toMatchObject({ status, example })
    expect(unknownRoute).not.toHaveProperty('operationId')
    expect(unknownRoute?.path).toHaveLength(512)
    const expected = { operationId, example: parameters[parameter]?.errorExample }
    expect(rejected).toMatchObject({ ...expected, [parameter]: 'a b' })
  })

  it('is emptied by DELETE', async () => {
    await call(mock.url, anyOperation)
    expect((await control('/journal', { method: 'DELETE' })).status).toBe(204)
    expect((await control('/journal')).body).toEqual({ total: 0, entries: [] })
  })
})

describe('an assertion', () => {
  it('responds with 200 when it holds, and with 409 and the actual number when it does not', async () => {
    await call(mock.url, anyOperation)
    const sent = `${parameter}=${String(parameters[parameter]?.example)}`
    expect(await control(`/journal/assert?times=1&${sent}`)).toMatchObject({
      status: 200,
      body: { ok: true },
    })
    expect(await control(`/journal/assert?${sent}`)).toMatchObject({ status: 200 })
    expect(await control(`/journal/assert?times=2&${sent}&status=${successStatus}`)).toEqual({
      status: 409,
      body: {
        ok: false,
        expected: 2,
        actual: 1,
        message: `expected 2 request(s) with ${sent}, status=${successStatus}, found 1`,
      },
    })
    const none = `status=${failureStatus}`
    expect((await control(`/journal/assert?${none}`)).status).toBe(409)
    expect((await control(`/journal/assert?times=0&${none}`)).status).toBe(200)
  })

  it('can filter by the method, the path, the example and what was sent', async () => {
    await call(mock.url, anyOperation, { headers: preferFailure })
    const filters = {
      operationId,
      method,
      example: failure,
      credentials: 'present',
      session: 'none',
    }
    for (const [name, value] of Object.entries(filters)) {
      expect((await control(`/journal/assert?times=1&${name}=${value}`)).status).toBe(200)
    }
  })

  it.each([
    '/journal?membr_id=a',
    '/journal?times=1',
    '/journal/assert?times=one',
    '/journal?operationId=typo',
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

  it.each(['/journal?method=GET&method=POST', '/journal/assert?times=0&times=1'])(
    'rejects %s, which names a filter twice, instead of ignoring one',
    async (path) => {
      const { status, body } = await control(path)
      expect({ status, body }).toEqual({
        status: 400,
        body: { message: expect.stringMatching(/^(method|times) is given twice; pass it once$/) },
      })
    },
  )

  it('is available to tests in the same process', async () => {
    await call(mock.url, anyOperation)
    expect(mock.journal.assert({ operationId, session: 'none' }, 1)).toMatchObject({ ok: true })
  })
})
