import { operation } from '@connected-apps/contract'
import type { PathParameters } from '@connected-apps/contract'
import {
  headerParameterExamples,
  pathParameterExamples,
  responseExamples,
  statusOf,
} from '@connected-apps/contract/examples'
import { B2BClient, StytchError } from 'stytch'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { scenarios, startMock, startProxy } from '../src/index.ts'
import type { Mock } from '../src/index.ts'
import { exampleAnswer } from '../src/known-examples.ts'
import { startProvider } from './provider.ts'

let mock: Mock
beforeAll(async () => {
  mock = await startMock()
})
afterAll(() => mock.close())
// The package warns of each environment that is not one of its own two.
beforeEach(() => vi.spyOn(console, 'warn').mockImplementation(() => {}))
afterEach(() => vi.restoreAllMocks())

const clientOf = (url: string) =>
  new B2BClient({ project_id: 'project-test-1', secret: 'secret-test-1', env: `${url}/` })

const revoke = (ids: Partial<PathParameters> = {}, url = mock.url) =>
  clientOf(url).organizations.members.connectedApps.revoke(
    { ...pathParameterExamples, ...ids },
    { authorization: { session_token: headerParameterExamples['X-Stytch-Member-Session'] } },
  )

describe('the official package', () => {
  it("gets the contract's 200 for the documented call", async () => {
    expect(await revoke()).toEqual(responseExamples[200].revoked)
    expect(mock.journal.entries().at(-1)).toMatchObject({
      ...pathParameterExamples,
      session: 'token',
    })
  })

  const failing = scenarios.filter(
    ({ answers: [{ example, waitSeconds }, ...others] }) =>
      example !== 'revoked' && waitSeconds === undefined && others.length === 0,
  )

  it.each(failing)('gets its own error for $connected_app_id ($title)', async (scenario) => {
    const error: unknown = await revoke({ connected_app_id: scenario.connected_app_id }).catch(
      (caught: unknown) => caught,
    )
    expect(error).toBeInstanceOf(StytchError)
    expect(error).toMatchObject({ ...exampleAnswer(scenario.answers[0].example).body })
  })

  it('can be brought to every error status by ids alone', () => {
    const statuses = failing.map(({ answers }) => statusOf(answers[0].example))
    expect(new Set([200, ...statuses])).toEqual(new Set(operation.statuses))
  })

  it('sees a sequence through: 429, 429, then 200', async () => {
    mock.reset()
    const connected_app_id = 'connected-app-test-00000000-0000-4000-8000-000429429200'
    await expect(revoke({ connected_app_id })).rejects.toMatchObject({ status_code: 429 })
    await expect(revoke({ connected_app_id })).rejects.toMatchObject({ status_code: 429 })
    await expect(revoke({ connected_app_id })).resolves.toMatchObject({ status_code: 200 })
  })

  it('shows in its error what the proxy found wrong, and where', async () => {
    const provider = await startProvider()
    provider.answer = (response) =>
      response.writeHead(200, { 'content-type': 'application/json' }).end('{"status_code":200}')
    const proxy = await startProxy({ upstream: provider.url })
    await expect(revoke({}, proxy.url)).rejects.toMatchObject({
      status_code: 502,
      error_type: 'contract_violation',
      error_message: "response body: must have required property 'request_id'",
    })
    await proxy.close()
    await provider.close()
  })
})
