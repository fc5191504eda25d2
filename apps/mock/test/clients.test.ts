import { B2BClient, ConnectedAppsError } from '@connected-apps/client'
import type { Operation } from '@connected-apps/contract'
import { allOperations } from '@connected-apps/contract/operations'
import { B2BClient as OfficialClient, StytchError } from 'stytch'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { allScenarios, startProxy } from '../src/index.ts'
import { responseOf, scenarioValue, statusOf, successOf } from './operations.ts'
import { startProvider } from './provider.ts'
import { startSharedMock } from './shared-mock.ts'

const mock = await startSharedMock()
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
  },
  {
    name: 'the official package',
    createClient: (url: string) => new OfficialClient({ ...project, env: `${url}/` }),
    ErrorClass: StytchError,
    errorFields: {},
  },
]

type Method = (params: object, options?: object) => Promise<unknown>

/** The method that both clients have for an operation: `organizations.members.getConnectedApps`. */
function methodOf(client: object, { clientMethod }: Operation): Method {
  const names = clientMethod.split('.')
  const owner = names
    .slice(0, -1)
    .reduce<unknown>((each, name) => (each as Record<string, unknown>)[name], client) // an object
  const method = (owner as Record<string, Method>)[names.at(-1) ?? ''] // as the contract names it
  if (!method) throw new Error(`${clientMethod} is missing`)
  return method.bind(owner)
}

function scenariosOf({ operationId }: Operation) {
  return allScenarios.filter((scenario) => scenario.operationId === operationId)
}

const rows = clients.flatMap((client) =>
  allOperations.map((operation) => ({ ...client, operation, method: operation.clientMethod })),
)

describe.each(rows)('$name calls $method', ({ operation, createClient, ...client }) => {
  const { ErrorClass, errorFields } = client
  const path = Object.fromEntries(
    operation.pathParameters.map((name) => [name, operation.parameters[name]?.example]),
  )
  const session = operation.parameters[operation.sessionHeaders.token ?? '']?.example
  const send = (values: Record<string, string> = {}, url = mock.url) =>
    methodOf(createClient(url), operation)(
      { ...path, ...values },
      session === undefined ? undefined : { authorization: { session_token: session } },
    )

  it("and gets the contract's success for the documented call", async () => {
    expect(await send()).toEqual(responseOf(operation, successOf(operation)).body)
    const { operationId } = operation
    const kind = session === undefined ? 'none' : 'token'
    expect(mock.journal.list()).toMatchObject([{ operationId, ...path, session: kind }])
  })

  const errorScenarios = scenariosOf(operation).filter(
    ({ responses: [{ example, waitSeconds }, ...others] }) =>
      statusOf(operation, example) !== operation.successStatus &&
      waitSeconds === undefined &&
      others.length === 0,
  )
  it.each(errorScenarios)('and throws its own error class for $id ($title)', async (scenario) => {
    const { id, responses } = scenario
    const values = scenarioValue(operation, id)
    const error: unknown = await send(values).catch((caught: unknown) => caught)
    expect(error).toBeInstanceOf(ErrorClass)
    const { body } = responseOf(operation, responses[0].example)
    expect(error).toMatchObject({ ...errorFields, ...(body as object) }) // errors are objects
  })

  const sequences = scenariosOf(operation).filter(({ responses }) => responses.length > 1)
  it.each(sequences)('and gets the responses of a sequence in order: $title', async (scenario) => {
    for (const { example } of scenario.responses) {
      const status = statusOf(operation, example)
      const sent = send(scenarioValue(operation, scenario.id))
      const settled = await sent.catch((error: unknown) => error)
      expect(settled).toMatchObject({ status_code: status })
    }
  })

  it('and throws when the proxy finds a violation', async () => {
    const provider = await startProvider()
    const { successStatus, mediaType } = operation
    provider.respond = (response) =>
      response
        .writeHead(successStatus, { 'content-type': mediaType })
        .end(JSON.stringify({ status_code: successStatus }))
    const proxy = await startProxy({ upstream: provider.url })
    await expect(send({}, proxy.url)).rejects.toMatchObject({
      ...errorFields,
      status_code: 502,
      error_type: 'contract_violation',
      error_message: expect.stringContaining('response body: must have required property'),
    })
    await proxy.close()
    await provider.close()
  })
})

const limited = allOperations.flatMap((operation) =>
  scenariosOf(operation)
    .filter(({ responses }) => responses.length > 2)
    .map((scenario) => ({ operation, ...scenario })),
)

it.each(limited)(
  'lets our client retry $operationId after the delay in Retry-After: $title',
  async ({ operation, id, responses }) => {
    const path = Object.fromEntries(
      operation.pathParameters.map((name) => [name, operation.parameters[name]?.example]),
    )
    const client = createOurClient(mock.url, responses.length - 1)
    const values = scenarioValue(operation, id)
    const response = await methodOf(client, operation)({ ...path, ...values })
    expect(response).toMatchObject({ status_code: operation.successStatus })
    expect(mock.journal.list().map(({ example }) => example)).toEqual(
      responses.map(({ example }) => example),
    )
  },
)
