import { B2BClient, ConnectedAppsError } from '@connected-apps/client'
import type { PathParameters } from '@connected-apps/contract'
import {
  exampleBody,
  exampleNames,
  headerParameterExamples,
  pathParameterExamples,
} from '@connected-apps/contract/examples'
import { B2BClient as OfficialClient, StytchError } from 'stytch'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { scenarios, startMock, startProxy } from '../src/index.ts'
import type { Mock } from '../src/index.ts'
import { startProvider } from './provider.ts'

let mock: Mock
beforeAll(async () => {
  mock = await startMock()
})
afterAll(() => mock.close())
beforeEach(() => mock.reset())
// The official package warns of each environment that is not one of its own two.
beforeEach(() => vi.spyOn(console, 'warn').mockImplementation(() => {}))
afterEach(() => vi.restoreAllMocks())

const project = { project_id: 'project-test-1', secret: 'secret-test-1' }
const ourClient = (baseUrl: string, maxRetries = 0) =>
  new B2BClient({ ...project, baseUrl, maxRetries })

const clients = [
  {
    name: 'the client of this repository',
    createClient: ourClient,
    OwnError: ConnectedAppsError,
    ownFields: { kind: 'http' },
    toldByProxy: { kind: 'decode', status_code: 502 },
  },
  {
    name: 'the official package',
    createClient: (url: string) => new OfficialClient({ ...project, env: `${url}/` }),
    OwnError: StytchError,
    ownFields: {},
    toldByProxy: {
      status_code: 502,
      error_type: 'contract_violation',
      error_message: "response body: must have required property 'request_id'",
    },
  },
]

const failing = scenarios.filter(
  ({ answers: [{ example, waitSeconds }, ...others] }) =>
    example !== 'revoked' && waitSeconds === undefined && others.length === 0,
)

const sequence = { connected_app_id: 'connected-app-test-00000000-0000-4000-8000-000429429200' }

describe.each(clients)('$name', ({ createClient, OwnError, ownFields, toldByProxy }) => {
  const revoke = (ids: Partial<PathParameters> = {}, url = mock.url) =>
    createClient(url).organizations.members.connectedApps.revoke(
      { ...pathParameterExamples, ...ids },
      { authorization: { session_token: headerParameterExamples['X-Stytch-Member-Session'] } },
    )

  it("gets the contract's 200 for the documented call", async () => {
    expect(await revoke()).toEqual(exampleBody('revoked'))
    expect(mock.journal.entries()).toMatchObject([{ ...pathParameterExamples, session: 'token' }])
  })

  it.each(failing)('gets its own error for $connected_app_id ($title)', async (scenario) => {
    const { connected_app_id, answers } = scenario
    const error: unknown = await revoke({ connected_app_id }).catch((caught: unknown) => caught)
    expect(error).toBeInstanceOf(OwnError)
    expect(error).toMatchObject({ ...ownFields, ...exampleBody(answers[0].example) })
  })

  it('sees a sequence through: 429, 429, then 200', async () => {
    await expect(revoke(sequence)).rejects.toMatchObject({ status_code: 429 })
    await expect(revoke(sequence)).rejects.toMatchObject({ status_code: 429 })
    await expect(revoke(sequence)).resolves.toMatchObject({ status_code: 200 })
  })

  it('fails on what the proxy found wrong', async () => {
    const provider = await startProvider()
    provider.answer = (response) =>
      response.writeHead(200, { 'content-type': 'application/json' }).end('{"status_code":200}')
    const proxy = await startProxy({ upstream: provider.url })
    await expect(revoke({}, proxy.url)).rejects.toMatchObject(toldByProxy)
    await proxy.close()
    await provider.close()
  })
})

it('brings a client to every error of the contract by ids alone', () => {
  const errors = failing.map(({ answers }) => answers[0].example)
  expect(new Set(['revoked', ...errors])).toEqual(new Set(exampleNames))
})

it('lets the client of this repository retry, waiting as Retry-After says', async () => {
  const { connectedApps } = ourClient(mock.url, 2).organizations.members
  const answer = await connectedApps.revoke({ ...pathParameterExamples, ...sequence })
  expect(answer).toMatchObject({ status_code: 200 })
  expect(mock.journal.assert({ ...sequence, status: 429 }, 2).ok).toBe(true)
  expect(mock.journal.assert({ ...sequence, status: 200 }, 1).ok).toBe(true)
})
