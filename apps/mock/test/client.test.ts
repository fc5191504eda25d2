import { B2BClient } from '@connected-apps/client'
import { operation } from '@connected-apps/contract'
import {
  exampleNames,
  headerParameterExamples,
  pathParameterExamples,
  responseExamples,
} from '@connected-apps/contract/examples'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { scenarios, startMock, startProxy } from '../src/index.ts'
import type { Mock } from '../src/index.ts'
import { exampleAnswer } from '../src/known-examples.ts'
import { startProvider } from './provider.ts'

let mock: Mock
beforeAll(async () => {
  mock = await startMock()
})
afterAll(() => mock.close())
beforeEach(() => mock.reset())

const clientOf = (baseUrl: string, maxRetries = 0) =>
  new B2BClient({ project_id: 'project-test-1', secret: 'secret-test-1', baseUrl, maxRetries })

describe('the client of this repository', () => {
  it("gets the contract's 200 for the documented call", async () => {
    const { connectedApps } = clientOf(mock.url).organizations.members
    const session_token = headerParameterExamples['X-Stytch-Member-Session']
    expect(
      await connectedApps.revoke(pathParameterExamples, { authorization: { session_token } }),
    ).toEqual(responseExamples[200].revoked)
  })

  it('gets every error of the contract by ids alone, body and all', async () => {
    const { connectedApps } = clientOf(mock.url).organizations.members
    const seen = new Set<number>()
    for (const example of exampleNames) {
      const { connected_app_id } =
        scenarios.find(({ answers }) => answers.length === 1 && answers[0].example === example) ??
        pathParameterExamples
      const result = await connectedApps.tryRevoke({ ...pathParameterExamples, connected_app_id })
      const { status, body } = exampleAnswer(example)
      if (result.ok) expect(result.body).toEqual(body)
      else expect(result.error).toMatchObject({ kind: 'http', ...body, status_code: status })
      seen.add(status)
    }
    expect(seen).toEqual(new Set(operation.statuses))
  })

  it('retries through "429 twice, then 200", waiting as Retry-After says', async () => {
    const { connectedApps } = clientOf(mock.url, 2).organizations.members
    const connected_app_id = 'connected-app-test-00000000-0000-4000-8000-000429429200'
    expect(
      await connectedApps.revoke({ ...pathParameterExamples, connected_app_id }),
    ).toMatchObject({
      status_code: 200,
    })
    expect(mock.journal.assert({ connected_app_id, status: 429 }, 2).ok).toBe(true)
    expect(mock.journal.assert({ connected_app_id, status: 200 }, 1).ok).toBe(true)
  })

  it('fails on what the proxy found wrong', async () => {
    const provider = await startProvider()
    provider.answer = (response) =>
      response.writeHead(200, { 'content-type': 'application/json' }).end('{"status_code":200}')
    const proxy = await startProxy({ upstream: provider.url })
    const { connectedApps } = clientOf(proxy.url).organizations.members
    const result = await connectedApps.tryRevoke(pathParameterExamples)
    expect(result).toMatchObject({ ok: false, error: { status_code: 502 } })
    await proxy.close()
    await provider.close()
  })
})
