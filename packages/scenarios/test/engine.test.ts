import { contract, operations } from '@connected-apps/contract/operations'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import {
  allScenarios,
  exampleResponse,
  maxBodyBytes,
  ScenarioEngine,
  scenarios,
} from '../src/index.ts'
import { clientOf, requestOf } from './requests.ts'

const { revokeConnectedApp } = operations

let engine: ScenarioEngine
beforeEach(() => {
  engine = new ScenarioEngine()
})
afterEach(() => {
  vi.useRealTimers()
})

const success = exampleResponse(revokeConnectedApp, 'revoked')
const malformed = exampleResponse(revokeConnectedApp, 'bad_request')

describe('a response', () => {
  it('is the example with its status, its headers and its body', async () => {
    expect(await engine.respond(requestOf(revokeConnectedApp))).toEqual(success)
    expect(await engine.respond(requestOf(revokeConnectedApp, scenarios.tooManyRequests))).toEqual({
      status: 429,
      headers: { 'content-type': 'application/json', 'Retry-After': '1' },
      body: revokeConnectedApp.examples.too_many_requests.body,
    })
  })

  it('is that of a request that no operation matches, or that violates the contract', async () => {
    const request = requestOf(revokeConnectedApp)
    const { status, body } = contract.unmatched
    const unmatched = await engine.respond({ ...request, url: '/v1' })
    expect(unmatched).toEqual({ status, body, headers: { 'content-type': 'application/json' } })
    const long = new Uint8Array(maxBodyBytes + 1)
    for (const tooLong of ['too long' as const, long]) {
      expect(await engine.respond({ ...request, body: tooLong })).toEqual(malformed)
    }
    const anonymous = await engine.respond({ ...request, headers: new Headers() })
    expect(anonymous.status).toBe(401)
    expect(engine.key().journal.list()).toMatchObject([
      { status, example: contract.unmatched.example },
      {
        example: 'bad_request',
        operationId: 'revokeConnectedApp',
        reason: `body is longer than ${maxBodyBytes} bytes`,
      },
      { example: 'bad_request' },
      {
        example: 'unauthorized_credentials',
        credentials: 'absent',
        reason: 'header Authorization must be HTTP Basic with a project_id and a secret',
      },
    ])
  })

  it('is in the journal, with the reason why it is not the preferred one', async () => {
    const request = requestOf(revokeConnectedApp, {}, { query: '?__code=418' })
    const { body } = await engine.respond(request)
    const [entry] = engine.key().journal.list()
    expect(body).toMatchObject({ error_details: { preference: entry?.reason } })
    expect(entry?.reason).toContain('429')
  })

  it('is the example of the status if a generated body is preferred', async () => {
    const headers = { prefer: 'dynamic=true, code=429' }
    const response = await engine.respond(requestOf(revokeConnectedApp, {}, { headers }))
    expect(response).toEqual(exampleResponse(revokeConnectedApp, 'too_many_requests'))
    expect(engine.key().journal.list()[0]).not.toHaveProperty('example')
  })

  it('comes after its delay, during which its request is pending', async () => {
    vi.useFakeTimers()
    const values = scenarios.revokedAfter3Seconds
    const pending = engine.respond(requestOf(revokeConnectedApp, values))
    const { journal } = engine.key()
    await vi.advanceTimersByTimeAsync(2_999)
    expect(journal.list()[0]).not.toHaveProperty('status')
    await vi.advanceTimersByTimeAsync(1)
    expect(await pending).toEqual(success)
    expect(journal.list()).toMatchObject([
      { status: 200, example: 'revoked', scenario: 'Revoked after 3 seconds', durationMs: 3000 },
    ])
  })

  it('never comes, and nothing is revoked, if the signal aborts', async () => {
    vi.useFakeTimers()
    const before = await clientOf(engine).appsOf('m')
    const abort = new AbortController()
    const request = requestOf(revokeConnectedApp, {
      ...scenarios.revokedAfter3Seconds,
      member_id: 'm',
    })
    const removed = vi.spyOn(abort.signal, 'removeEventListener')
    const pending = engine.respond(request, { signal: abort.signal })
    await vi.advanceTimersByTimeAsync(1_000)
    abort.abort(new Error('gone'))
    await expect(pending).rejects.toThrow('gone')
    await expect(engine.respond(request, { signal: abort.signal })).rejects.toThrow('gone')
    expect(vi.getTimerCount()).toBe(0)
    expect(removed).toHaveBeenCalledTimes(1)
    const [, ...aborted] = engine.key().journal.list()
    expect(aborted).toMatchObject([
      { aborted: true, durationMs: 1000 },
      { aborted: true, durationMs: 0 },
    ])
    expect(aborted[0]).not.toHaveProperty('status')
    expect(await clientOf(engine).appsOf('m')).toEqual(before)
  })
})

describe('what an engine returns', () => {
  it('is a new response each time, which the caller may change', async () => {
    for (const url of ['/v1', requestOf(revokeConnectedApp).url]) {
      const request = { ...requestOf(revokeConnectedApp), url }
      const { body } = await engine.respond(request)
      const unchanged = JSON.stringify(body)
      Object.assign(body as object, { request_id: 'changed' }) // bodies are objects
      expect(JSON.stringify((await engine.respond(request)).body)).toBe(unchanged)
    }
  })

  it('includes scenarios that cannot be changed', async () => {
    const key = engine.key()
    const connected_apps = [{ connected_app_id: 'a' }]
    const defined = key.define({ operationId: 'getMemberConnectedApps', id: 'm', connected_apps })
    expect(() => Object.assign(defined.connected_apps ?? [], { length: 0 })).toThrow(TypeError)
    for (const scenario of [defined, ...key.scenarios(), ...allScenarios]) {
      expect(() => Object.assign(scenario, { title: 'changed' })).toThrow(TypeError)
      expect(() => Object.assign(scenario.responses[0], { example: 'changed' })).toThrow(TypeError)
    }
  })
})

describe('a listener of the engine', () => {
  it('is called with each request of every key when it arrives and when it is complete', async () => {
    const heard: unknown[] = []
    const unsubscribe = engine.subscribe(({ number, status }, key) =>
      heard.push([key, number, status]),
    )
    for (const headers of [{}, { 'x-mock-key': 'k' }]) {
      await engine.respond(requestOf(revokeConnectedApp, {}, { headers }))
    }
    unsubscribe()
    await engine.respond(requestOf(revokeConnectedApp))
    expect(heard).toEqual([
      ['', 1, undefined],
      ['', 1, 200],
      ['k', 1, undefined],
      ['k', 1, 200],
    ])
  })

  it('is called with the key whose journal was cleared', () => {
    const cleared: string[] = []
    const unsubscribe = engine.subscribe(
      () => {},
      (key) => cleared.push(key),
    )
    engine.key('k').reset()
    engine.key().journal.clear({ status: 429 })
    unsubscribe()
    engine.key('k').journal.clear()
    expect(cleared).toEqual(['k', ''])
  })
})

describe('an exchange', () => {
  it('is in the journal from its start, and has the response that was sent at its end', () => {
    const { body, ...head } = requestOf(revokeConnectedApp)
    const exchange = engine.receive(head)
    const { journal } = engine.key()
    expect(journal.list()).toMatchObject([{ number: 1, operationId: 'revokeConnectedApp' }])
    expect(exchange.plan(body)).toMatchObject({ kind: 'example', example: 'revoked', status: 200 })
    const sent = { status: 200, body: success.body, of: 'Prism' }
    expect(exchange.finish(sent)).toBe(sent)
    expect(journal.list()).toMatchObject([{ status: 200, example: 'revoked' }])
  })
})
