import { setImmediate, setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test, vi } from 'vitest'
import type { Outcome, RevokeAllOptions, Target } from '../src/index.ts'
import { revokeAll, UnavailableError } from '../src/index.ts'
import { Wakeup } from '../src/run/wakeup.ts'
import type { ScriptedApi } from './support/scripted-api.ts'
import { send, startScriptedApi, targetsOf } from './support/scripted-api.ts'

/** The outcomes, and what the iteration rejected with. */
async function run(
  { client }: ScriptedApi,
  targets: AsyncIterable<Target> | Iterable<Target>,
  options: Partial<RevokeAllOptions> = {},
): Promise<{ outcomes: Outcome[]; error: unknown }> {
  const outcomes: Outcome[] = []
  try {
    for await (const outcome of revokeAll(targets, { client, rate: 10_000, ...options })) {
      outcomes.push(outcome)
    }
  } catch (error) {
    return { outcomes, error }
  }
  return { outcomes, error: undefined }
}

const resultsOf = (outcomes: Outcome[]) =>
  outcomes.toSorted((a, b) => a.ordinal - b.ordinal).map(({ result }) => result)

test('revokes 10,000 targets, each once, with a bounded number in flight', async () => {
  const { client } = await startScriptedApi((response) => send(response))
  let inFlight = 0
  let maxInFlight = 0
  const members = new Set<string>()
  // The network would take most of the time, and what is in flight is known here, too.
  const revoke: typeof client.organizations.members.connectedApps.tryRevoke = async (target) => {
    maxInFlight = Math.max(maxInFlight, ++inFlight)
    members.add(target.member_id)
    await setImmediate()
    inFlight--
    return { ok: true, attempts: 1, body: { status_code: 200, request_id: 'request-id-test-1' } }
  }
  vi.spyOn(client.organizations.members.connectedApps, 'tryRevoke').mockImplementation(revoke)
  const ordinals = new Set<number>()
  for await (const { ordinal, result } of revokeAll(targetsOf(10_000), {
    client,
    rate: 1_000_000,
  })) {
    expect(result).toBe('revoked')
    ordinals.add(ordinal)
  }
  expect(ordinals.size).toBe(10_000)
  expect(members.size).toBe(10_000)
  expect(maxInFlight).toBeGreaterThan(1)
  expect(maxInFlight).toBeLessThanOrEqual(256)
})

test('has for each target what the API responded', async () => {
  const api = await startScriptedApi((response, member) => {
    if (member === 'member-1') send(response, 'member_not_found')
    else if (member === 'member-2') send(response, 'session_authorization_error')
    else if (member === 'member-3') send(response, 'invalid_id')
    else send(response)
  })
  const targets = [
    ...targetsOf(4),
    { organization_id: 'acme', member_id: '..', connected_app_id: 'crm' },
  ]
  const { outcomes } = await run(api, targets)
  expect(resultsOf(outcomes)).toEqual(['revoked', 'not_found', 'forbidden', 'failed', 'failed'])
  const [revoked, missing, , , malformed] = outcomes.toSorted((a, b) => a.ordinal - b.ordinal)
  expect(revoked).toMatchObject({ target: targets[0], status_code: 200, attempts: 1 })
  expect(revoked?.request_id).toMatch(/^request-id-/)
  expect(missing).toMatchObject({ status_code: 404, error_type: 'member_not_found' })
  expect(malformed?.reason).toContain('member_id')
  expect(api.members).toHaveLength(4)
})

describe('a rate limit', () => {
  test('pauses the whole run for Retry-After, and sends those again that it hit', async () => {
    let limitedAt = 0
    const sentWhilePaused: number[] = []
    const api = await startScriptedApi((response, member, count) => {
      if (member !== 'member-20' || count > 0) return send(response)
      return send(response, 'too_many_requests', { 'retry-after': '1' })
    })
    const limited: number[] = []
    const { outcomes } = await run(api, targetsOf(200), {
      rate: 100,
      onRateLimited: (ordinal) => {
        limited.push(ordinal)
        limitedAt = performance.now()
      },
      // Called when a request leaves; when it arrives, the pause may be over on a busy machine.
      beforeSend: async (ordinal) => {
        if (limitedAt > 0 && performance.now() - limitedAt < 900) sentWhilePaused.push(ordinal)
      },
    })
    expect(outcomes.every(({ result }) => result === 'revoked')).toBe(true)
    expect(outcomes).toHaveLength(200)
    expect(limited).toEqual([20])
    expect(outcomes.find(({ ordinal }) => ordinal === 20)?.attempts).toBe(2)
    expect(sentWhilePaused).toEqual([])
  })

  test('that lets nothing through any more stops the run, and loses no target', async () => {
    const api = await startScriptedApi((response, member) =>
      member === 'member-0'
        ? send(response)
        : send(response, 'too_many_requests', { 'retry-after': '0' }),
    )
    const { outcomes, error } = await run(api, targetsOf(1_000), { rate: 100, maxDownMs: 1 })
    expect(error).toBeInstanceOf(UnavailableError)
    expect(error).toMatchObject({ reason: 'rate_limit' })
    expect(outcomes).toHaveLength(new Set(api.members).size)
    expect(new Set(outcomes.map(({ result }) => result))).toEqual(new Set(['revoked', 'unknown']))
  })
})

describe('a delay', () => {
  test('that is longer than a timer can wait is waited for', async () => {
    const setTimeoutSpy = vi.spyOn(globalThis, 'setTimeout')
    const wakeup = new Wakeup()
    const waiting = wakeup.wait(2 ** 40)
    expect(setTimeoutSpy).toHaveBeenCalledWith(expect.anything(), 2 ** 31 - 1)
    wakeup.notify()
    await waiting
  })

  test('that the server requests is reported, and one of more than an hour stops the run', async () => {
    const api = await startScriptedApi((response, member, count) => {
      if (member === 'member-0') return send(response)
      return send(response, 'too_many_requests', { 'retry-after': count === 0 ? '1' : '99999999' })
    })
    const pauses: number[] = []
    const { outcomes, error } = await run(api, targetsOf(2), {
      rate: 100,
      onPause: (endsAt) => pauses.push(endsAt - Date.now()),
    })
    expect(error).toMatchObject({ reason: 'rate_limit' })
    expect(String(error)).toContain('429')
    expect(resultsOf(outcomes)).toEqual(['revoked', 'unknown'])
    expect(pauses).toHaveLength(1)
    expect(pauses[0]).toBeGreaterThan(900)
    expect(pauses[0]).toBeLessThan(1200)
  })

  test('that a failing server requests is kept to', async () => {
    const api = await startScriptedApi((response, _, count) =>
      count === 0
        ? send(response, 'internal_server_error', { 'retry-after': '2' })
        : send(response),
    )
    const pauses: number[] = []
    const retries: (number | undefined)[] = []
    const { outcomes } = await run(api, targetsOf(1), {
      onPause: (endsAt) => pauses.push(endsAt - Date.now()),
      onRetry: (status_code) => retries.push(status_code),
    })
    expect(pauses).toHaveLength(1)
    expect(retries).toEqual([500])
    expect(resultsOf(outcomes)).toEqual(['revoked'])
    expect(outcomes[0]?.attempts).toBe(2)
  })
})

describe('a server that fails', () => {
  test('gets the request for each target again, and a target that always fails is given up', async () => {
    const api = await startScriptedApi((response, member, count) => {
      if (member === 'member-3') return send(response, 'internal_server_error')
      if (member === 'member-5' && count === 0) return void response.destroy()
      if (member === 'member-7') return void response.destroy()
      return send(response)
    })
    const { outcomes, error } = await run(api, targetsOf(100), { rate: 100 })
    expect(error).toBeUndefined()
    const byOrdinal = outcomes.toSorted((a, b) => a.ordinal - b.ordinal)
    expect(byOrdinal[3]).toMatchObject({ result: 'failed', status_code: 500, attempts: 4 })
    expect(byOrdinal[5]).toMatchObject({ result: 'revoked', attempts: 2 })
    expect(byOrdinal[7]).toMatchObject({ result: 'unknown', attempts: 4 })
    expect(byOrdinal[7]?.reason).toMatch(/no response/)
    expect(outcomes.filter(({ result }) => result === 'revoked')).toHaveLength(98)
  })

  test('in the middle stops the run, with few targets unknown, and can be resumed', async () => {
    const api = await startScriptedApi((response, member) => {
      send(response)
      if (member === 'member-100') void api.stop()
    })
    const { outcomes, error } = await run(api, targetsOf(10_000), { rate: 1_000, maxDownMs: 1_000 })
    expect(error).toBeInstanceOf(UnavailableError)
    expect(error).toMatchObject({ reason: 'down' })
    const unknown = outcomes.filter(({ result }) => result === 'unknown')
    expect(unknown.length).toBeGreaterThan(0)
    // As many as were in flight, and the few whose failures did not yet mean that the server is down.
    expect(unknown.length).toBeLessThanOrEqual(256 + 4)
    expect(outcomes.length).toBeLessThan(1_000)
    for (const member of api.members) {
      expect(outcomes.map(({ target }) => target.member_id)).toContain(member)
    }
    await api.restart()
    const rest = await run(
      api,
      unknown.map(({ target }) => target),
    )
    expect(new Set(resultsOf(rest.outcomes))).toEqual(new Set(['revoked']))
  })

  test('for a while only makes the run wait', async () => {
    const api = await startScriptedApi((response, member) => {
      send(response)
      if (member === 'member-100') {
        void api.stop().then(() => setTimeout(() => void api.restart(), 1_500))
      }
    })
    const { outcomes, error } = await run(api, targetsOf(500), { rate: 500 })
    expect(error).toBeUndefined()
    expect(outcomes).toHaveLength(500)
    expect(new Set(resultsOf(outcomes))).toEqual(new Set(['revoked']))
  })

  test('that is another server is never taken for the API', async () => {
    const api = await startScriptedApi((response) => {
      response.writeHead(404, { 'content-type': 'text/html' }).end('<h1>Not Found</h1>')
    })
    const { outcomes, error } = await run(api, targetsOf(1_000), { maxDownMs: 1_000 })
    expect(error).toMatchObject({ reason: 'down', status_code: 404 })
    expect(String(error)).toContain('something other than the API responds (404 text/html)')
    expect(new Set(resultsOf(outcomes))).toEqual(new Set(['unknown']))
    expect(outcomes.length).toBeLessThan(20)
  })
})

test.each(['unauthorized_credentials', 'session_not_found'] as const)(
  'stops after the first response of %s, with one target sent, which is unknown',
  async (name) => {
    const api = await startScriptedApi((response) => send(response, name))
    const { outcomes, error } = await run(api, targetsOf(1_000))
    expect(error).toBeInstanceOf(UnavailableError)
    expect(error).toMatchObject({ reason: 'credentials' })
    expect(String(error)).toContain(name)
    expect(String(error)).not.toContain('secret-test-of-the-run')
    expect(api.members).toEqual(['member-0'])
    expect(outcomes).toMatchObject([{ ordinal: 0, result: 'unknown' }])
  },
)

test('rejects with an argument of the client that is wrong for every target, and fails none for it', async () => {
  const api = await startScriptedApi((response) => send(response))
  const { outcomes, error } = await run(api, targetsOf(5), {
    authorization: { session_token: 'two\nlines' },
  })
  expect(error).toMatchObject({ kind: 'argument' })
  expect(outcomes).toEqual([])
  expect(api.members).toEqual([])
})

describe('before any target is let through', () => {
  test('many that are forbidden stop the run, and can be revoked with other credentials', async () => {
    const api = await startScriptedApi((response) => send(response, 'session_authorization_error'))
    const { outcomes, error } = await run(api, targetsOf(1_000))
    expect(error).toMatchObject({ reason: 'credentials' })
    expect(String(error)).toContain('session_authorization_error')
    expect(outcomes).toHaveLength(api.members.length)
    expect(outcomes.length).toBeLessThan(30)
    expect(new Set(resultsOf(outcomes))).toEqual(new Set(['unknown']))
  })

  test('a few that are forbidden are so once the API decides another one, or at the end', async () => {
    const api = await startScriptedApi((response, member) =>
      send(response, member === 'member-3' ? undefined : 'session_authorization_error'),
    )
    const forbidden = await run(api, targetsOf(3))
    expect(resultsOf(forbidden.outcomes)).toEqual(Array(3).fill('forbidden'))
    expect(forbidden.error).toBeUndefined()
    const all = await run(api, targetsOf(20))
    expect(all.error).toBeUndefined()
    expect(resultsOf(all.outcomes)).toEqual(
      Array.from({ length: 20 }, (_, index) => (index === 3 ? 'revoked' : 'forbidden')),
    )
  })

  test.each([undefined, 'internal_server_error'] as const)(
    'a few that fail (%s) say that the server is down',
    async (name) => {
      const api = await startScriptedApi((response) =>
        name === undefined ? void response.destroy() : send(response, name),
      )
      const { outcomes, error } = await run(api, targetsOf(3))
      expect(error).toMatchObject({ reason: 'down' })
      expect(resultsOf(outcomes)).toEqual(Array(3).fill('unknown'))
    },
  )
})

test('when aborted, finishes what is in flight, and sends nothing more', async () => {
  const controller = new AbortController()
  const held: (() => void)[] = []
  let isReleased = false
  const release = () => {
    isReleased = true
    for (const respond of held) respond()
  }
  const api = await startScriptedApi((response) => {
    if (api.members.length <= 10 || isReleased) return send(response)
    held.push(() => send(response))
    if (held.length === 3) {
      controller.abort()
      setTimeout(release, 100)
    }
    return undefined
  })
  const targets = generatorOf(1_000)
  const { outcomes, error } = await run(api, targets.iterable, {
    rate: 100_000,
    signal: controller.signal,
  })
  expect(error).toBeUndefined()
  expect(outcomes).toHaveLength(api.members.length)
  expect(new Set(resultsOf(outcomes))).toEqual(new Set(['revoked']))
  expect(api.members.length).toBeLessThan(100)
  expect(targets.isReturned()).toBe(true)
})

test('sends nothing when aborted before the start', async () => {
  const api = await startScriptedApi((response) => send(response))
  const { outcomes, error } = await run(api, targetsOf(10), { signal: AbortSignal.abort() })
  expect(error).toBeUndefined()
  expect(outcomes).toEqual([])
  expect(api.members).toEqual([])
})

test('ends when aborted while it waits for a target that never comes', async () => {
  const api = await startScriptedApi((response) => send(response))
  const controller = new AbortController()
  const targets = (async function* () {
    yield* targetsOf(1)
    setTimeout(() => controller.abort(), 50)
    await new Promise(() => undefined)
  })()
  const { outcomes } = await run(api, targets, { signal: controller.signal })
  expect(resultsOf(outcomes)).toEqual(['revoked'])
})

test('when the consumer leaves the loop, nothing is in flight afterwards, and the input is closed', async () => {
  const api = await startScriptedApi((response) => setTimeout(() => send(response), 20))
  const targets = generatorOf(100_000)
  let taken = 0
  for await (const { result } of revokeAll(targets.iterable, { client: api.client })) {
    expect(result).toBe('revoked')
    if (++taken === 30) break
  }
  const sent = api.members.length
  expect(targets.isReturned()).toBe(true)
  await sleep(200)
  expect(api.members).toHaveLength(sent)
})

test('stops sending while outcomes are not taken, and reads no further', async () => {
  const api = await startScriptedApi((response) => send(response))
  const targets = generatorOf(100_000)
  const iterator = revokeAll(targets.iterable, { client: api.client, rate: 1_000_000 })[
    Symbol.asyncIterator
  ]()
  await iterator.next()
  await vi.waitFor(() => expect(api.members.length).toBeGreaterThanOrEqual(500), 20_000)
  await sleep(300)
  expect(api.members.length).toBeLessThanOrEqual(513)
  expect(targets.count()).toBeLessThanOrEqual(514)
  await iterator.return?.()
})

test('yields the outcomes of what was sent before it rejects with what the input rejects with', async () => {
  const api = await startScriptedApi((response) => setTimeout(() => send(response), 20))
  const targets = (async function* () {
    yield* targetsOf(50)
    throw new Error('line 51 is malformed')
  })()
  const { outcomes, error } = await run(api, targets)
  expect(error).toEqual(new Error('line 51 is malformed'))
  expect(outcomes.map(({ target }) => target.member_id).toSorted()).toEqual(api.members.toSorted())
})

test('sends no request before beforeSend has resolved, and none for a target it rejects', async () => {
  const recorded = new Set<string>()
  const early: string[] = []
  const api = await startScriptedApi((response, member) => {
    if (!recorded.has(member)) early.push(member)
    send(response)
  })
  const { outcomes, error } = await run(api, targetsOf(100), {
    beforeSend: async (ordinal, { member_id }) => {
      await sleep(5)
      if (ordinal === 60) throw new Error('the disk is full')
      recorded.add(member_id)
    },
  })
  expect(error).toEqual(new Error('the disk is full'))
  expect(early).toEqual([])
  expect(api.members).not.toContain('member-60')
  expect(outcomes).toHaveLength(api.members.length)
})

test('counts a request that times out as unknown, and sends it again', async () => {
  const api = await startScriptedApi((response, member, count) => {
    if (member !== 'member-1' || count > 0) send(response)
  }, 300)
  const { outcomes } = await run(api, targetsOf(5))
  expect(resultsOf(outcomes)).toEqual(Array(5).fill('revoked'))
  expect(outcomes.find(({ ordinal }) => ordinal === 1)?.attempts).toBe(2)
})

test.each([
  [{ rate: 0 }, /^rate must/],
  [{ rate: Number.NaN }, /^rate must/],
  [{ rate: 1e-9 }, /^rate must/],
  [{ share: 0 }, /^share must/],
  [{ share: 1.1 }, /^share must/],
  [{ maxDownMs: -1 }, /^maxDownMs must/],
])('rejects %o at once', async (options, message) => {
  const { client } = await startScriptedApi((response) => send(response))
  expect(() => revokeAll([], { client, ...options })).toThrow(message)
})

/** Targets whose generator says how many were read, and whether it was closed. */
function generatorOf(count: number): {
  iterable: AsyncIterable<Target>
  isReturned: () => boolean
  count: () => number
} {
  let isReturned = false
  let read = 0
  const iterable = (async function* () {
    try {
      for (const target of targetsOf(count)) {
        read++
        yield target
      }
    } finally {
      isReturned = true
    }
  })()
  return { iterable, isReturned: () => isReturned, count: () => read }
}
