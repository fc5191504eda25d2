import type { Operation } from '@connected-apps/contract'
import { operations } from '@connected-apps/contract/operations'
import { allScenarios, exampleResponse } from '@connected-apps/scenarios'
import type { Journal, ScenarioEngine } from '@connected-apps/scenarios'
import { mockFetch } from '@connected-apps/scenarios/fetch'
import { handlers } from '@connected-apps/scenarios/msw'
import { setupServer } from 'msw/node'
import { afterAll, beforeAll, beforeEach, expect, it, vi } from 'vitest'
import { startMock } from '../src/index.ts'
import type { Mock } from '../src/index.ts'
import { exampleRequest } from '../src/snippets/example-request.ts'
import { authorization } from './call.ts'
import { scenarioValue } from './operations.ts'

/** What a client gets from a skin, and what a test sees of it. */
interface Skin {
  fetch: typeof fetch
  url: string
  journal: Pick<Journal, 'total' | 'list'>
}

const baseUrl = 'https://test.stytch.com'
const api = handlers({ baseUrl })
const msw = setupServer(...api)
const ownFetch = mockFetch()
let mock: Mock

beforeAll(async () => {
  mock = await startMock()
  // The mock's requests go through MSW, too, which leaves them to the network.
  msw.listen({ onUnhandledFrame: 'bypass' })
})
afterAll(async () => {
  msw.close()
  await mock.close()
})
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  return () => {
    vi.useRealTimers()
  }
})

it.each(allScenarios)(
  'responds alike through Prism, MSW and fetch: $operationId, $title ($id)',
  async ({ operationId, id, responses }) => {
    const operation: Operation = operations[operationId]
    const values = scenarioValue(operation, id)
    for (const { example, waitSeconds = 0 } of responses) {
      const received = await responsesOf(operation, values, waitSeconds * 1000)
      expect(received.Prism).toMatchObject({ status: exampleResponse(operation, example).status })
      expectToBeAlike(received)
    }
  },
)

it('has the same lists after a revoke through Prism, MSW and fetch', async () => {
  const { revokeConnectedApp, getMemberConnectedApps, getOrganizationConnectedApp } = operations
  for (const operation of [getMemberConnectedApps, getOrganizationConnectedApp]) {
    const before = await responsesOf(operation)
    expectToBeAlike(await responsesOf(revokeConnectedApp))
    const after = await responsesOf(operation)
    expectToBeAlike(after)
    expect(after.Prism.body).not.toEqual(before.Prism.body)
    mock.reset()
    for (const { engine } of [api, ownFetch]) engine.key().reset()
  }
})

type Received = Record<'Prism' | 'MSW' | 'fetch', Awaited<ReturnType<typeof responseAfter>>>

/** The response of each skin to the same request. */
async function responsesOf(
  operation: Operation,
  values: Record<string, string> = {},
  delayMs = 0,
): Promise<Received> {
  const send = (skin: Skin) => responseAfter(delayMs, skin, operation, values)
  const journalOf = (engine: ScenarioEngine) => engine.key().journal
  return {
    Prism: await send({ fetch, url: mock.url, journal: mock.journal }),
    MSW: await send({ fetch, url: baseUrl, journal: journalOf(api.engine) }),
    fetch: await send({ fetch: ownFetch, url: baseUrl, journal: journalOf(ownFetch.engine) }),
  }
}

function expectToBeAlike(received: Received): void {
  const { Prism } = received
  expect(received).toEqual({ Prism, MSW: Prism, fetch: Prism })
}

/** The response of a skin, which must not come before the delay is over. */
async function responseAfter(
  delayMs: number,
  skin: Skin,
  operation: Operation,
  values: Record<string, string>,
) {
  const { journal } = skin
  const { total } = journal
  const { method, target, headers, body } = exampleRequest(operation, values)
  const pending = skin.fetch(skin.url + target, {
    method,
    headers: { authorization, ...headers },
    ...(body !== undefined && { body }),
  })
  if (delayMs > 0) {
    await eventLoopUntil(() => journal.total > total && vi.getTimerCount() > 0)
    await vi.advanceTimersByTimeAsync(delayMs - 1)
    await new Promise(setImmediate)
    expect(journal.list().at(-1)).not.toHaveProperty('status')
    await vi.advanceTimersByTimeAsync(1)
  }
  const response = await pending
  const declared = Object.keys(operation.responseHeaders[response.status] ?? {})
  return {
    status: response.status,
    mediaType: response.headers.get('content-type')?.split(';')[0],
    headers: Object.fromEntries(declared.map((name) => [name, response.headers.get(name)])),
    body: await response.json(),
  }
}

/** The fake clock stands still meanwhile. */
async function eventLoopUntil(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await new Promise(setImmediate)
}
