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
// The official package warns about every environment other than its own two.
beforeEach(() => vi.spyOn(console, 'warn').mockImplementation(() => {}))
afterEach(() => vi.restoreAllMocks())

const project = { project_id: 'project-test-1', secret: 'secret-test-1' }
const createOurClient = (baseUrl: string, maxRetries = 0) =>
  new B2BClient({ ...project, baseUrl, maxRetries })

const clients = [
  {
    name: 'our client',
    createClient: createOurClient,
    ErrorClass: ConnectedAppsError,
    errorFields: { kind: 'http' },
    proxyError: { kind: 'decode', status_code: 502 },
  },
  {
    name: 'the official package',
    createClient: (url: string) => new OfficialClient({ ...project, env: `${url}/` }),
    ErrorClass: StytchError,
    errorFields: {},
    proxyError: {
      status_code: 502,
      error_type: 'contract_violation',
      error_message: "response body: must have required property 'request_id'",
    },
  },
]

const errorScenarios = scenarios.filter(
  ({ responses: [{ example, waitSeconds }, ...others] }) =>
    example !== 'revoked' && waitSeconds === undefined && others.length === 0,
)

const sequence = { connected_app_id: 'connected-app-test-00000000-0000-4000-8000-000429429200' }

describe.each(clients)('$name', ({ createClient, ErrorClass, errorFields, proxyError }) => {
  const revoke = (ids: Partial<PathParameters> = {}, url = mock.url) =>
    createClient(url).organizations.members.connectedApps.revoke(
      { ...pathParameterExamples, ...ids },
      { authorization: { session_token: headerParameterExamples['X-Stytch-Member-Session'] } },
    )

  it("gets the contract's 200 for the documented call", async () => {
    expect(await revoke()).toEqual(exampleBody('revoked'))
    expect(mock.journal.entries()).toMatchObject([{ ...pathParameterExamples, session: 'token' }])
  })

  it.each(errorScenarios)(
    'throws its own error class for $connected_app_id ($title)',
    async (scenario) => {
      const { connected_app_id, responses } = scenario
      const error: unknown = await revoke({ connected_app_id }).catch((caught: unknown) => caught)
      expect(error).toBeInstanceOf(ErrorClass)
      expect(error).toMatchObject({ ...errorFields, ...exampleBody(responses[0].example) })
    },
  )

  it('gets the responses of a sequence in order: 429, 429, then 200', async () => {
    await expect(revoke(sequence)).rejects.toMatchObject({ status_code: 429 })
    await expect(revoke(sequence)).rejects.toMatchObject({ status_code: 429 })
    await expect(revoke(sequence)).resolves.toMatchObject({ status_code: 200 })
  })

  it('throws when the proxy finds a violation', async () => {
    const provider = await startProvider()
    provider.respond = (response) =>
      response.writeHead(200, { 'content-type': 'application/json' }).end('{"status_code":200}')
    const proxy = await startProxy({ upstream: provider.url })
    await expect(revoke({}, proxy.url)).rejects.toMatchObject(proxyError)
    await proxy.close()
    await provider.close()
  })
})

it('offers a scenario id for every error of the contract', () => {
  const errors = errorScenarios.map(({ responses }) => responses[0].example)
  expect(new Set(['revoked', ...errors])).toEqual(new Set(exampleNames))
})

it('lets our client retry after the delay in Retry-After', async () => {
  const { connectedApps } = createOurClient(mock.url, 2).organizations.members
  const response = await connectedApps.revoke({ ...pathParameterExamples, ...sequence })
  expect(response).toMatchObject({ status_code: 200 })
  expect(mock.journal.assert({ ...sequence, status: 429 }, 2).ok).toBe(true)
  expect(mock.journal.assert({ ...sequence, status: 200 }, 1).ok).toBe(true)
})
