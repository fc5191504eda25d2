import { expandPath } from '@connected-apps/contract'
import type { Example, Operation } from '@connected-apps/contract'
import { allOperations } from '@connected-apps/contract/operations'
import { describe, expect, onTestFinished, test } from 'vitest'
import { packageVersions } from '../../../scripts/package-versions.ts'
import { connectTo } from './client.ts'
import { fetchOrSkip } from './fetch-or-skip.ts'
import type { Undici } from './network/undici.ts'
import { bodyOf, exampleOf, paramsOf } from './operations.ts'

const { load } = await fetchOrSkip({
  msw: '2.15.0',
  nock: '14.0.17',
  undici: packageVersions.undici,
})

// A reserved port, where nothing listens: only an interceptor can respond.
const origin = 'http://127.0.0.1:49151'

/** What the tests use of MSW. */
interface Msw {
  http: Record<string, (url: string, resolve: () => unknown) => object>
  HttpResponse: { json: (body: unknown, init: { status: number }) => unknown }
}
interface MswNode {
  setupServer: (handler: object) => { listen: () => void; close: () => void }
}

/** What the tests use of nock. */
interface Nock {
  (origin: string): {
    intercept: (
      path: string,
      method: string,
    ) => { reply: (status: number, body: unknown, headers: object) => void }
  }
  restore: () => void
  activate: () => void
  isActive: () => boolean
}

/** Each starts to intercept the operation, until the end of the test. */
const interceptors: Record<string, (operation: Operation, example: Example) => void> = {
  'MSW 2'(operation, { status, body }) {
    const { http, HttpResponse } = load('msw') as Msw
    const { setupServer } = load('msw/node') as MswNode
    const url = origin + expandPath(operation, paramsOf(operation))
    const handler = http[operation.method.toLowerCase()]?.(url, () =>
      HttpResponse.json(body, { status }),
    )
    const server = setupServer(handler ?? {})
    server.listen()
    onTestFinished(() => server.close())
  },
  'nock 14'(operation, { status, body }) {
    const nock = load('nock') as Nock
    if (!nock.isActive()) nock.activate()
    onTestFinished(() => nock.restore())
    const path = expandPath(operation, paramsOf(operation))
    const headers = { 'content-type': operation.mediaType }
    nock(origin).intercept(path, operation.method).reply(status, body, headers)
  },
  "undici's MockAgent"(operation, { status, body }) {
    const { MockAgent, getGlobalDispatcher, setGlobalDispatcher } = load('undici') as Undici
    const before = getGlobalDispatcher()
    const agent = new MockAgent()
    setGlobalDispatcher(agent)
    onTestFinished(() => setGlobalDispatcher(before))
    const path = expandPath(operation, paramsOf(operation))
    const headers = { 'content-type': operation.mediaType }
    const request = { path, method: operation.method }
    agent.get(origin).intercept(request).reply(status, JSON.stringify(body), { headers })
  },
}

describe.each(Object.entries(interceptors))('%s', (_name, intercept) => {
  test.each(allOperations)(
    'intercepts $clientMethod of a client made before',
    async (operation) => {
      const { call } = connectTo(operation, origin, { maxRetries: 0 })
      intercept(operation, exampleOf(operation, 'success'))
      expect(await call(paramsOf(operation))).toEqual(bodyOf(operation, 'success'))
    },
  )

  test.each(allOperations)('responds to $clientMethod with an error', async (operation) => {
    const { tryCall } = connectTo(operation, origin, { maxRetries: 0 })
    const example = exampleOf(operation, 'unauthorized')
    intercept(operation, example)
    expect(await tryCall(paramsOf(operation))).toMatchObject({
      ok: false,
      error: { kind: 'http', status_code: example.status, body: example.body },
    })
  })
})
