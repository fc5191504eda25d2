import { B2BClient, ConnectedAppsError } from '@connected-apps/client'
import { matchOperation, operations } from '@connected-apps/contract/operations'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { findTargets } from '../src/targets/find-targets.ts'
import { collect } from './support/ledger.ts'
import { serve } from './support/serve.ts'
import type { TestServer } from './support/serve.ts'

const APP = 'connected-app-test-1'
const { examples } = operations.getOrganizationConnectedApp

/** What the server responds to the next requests for an Organization; the last one is repeated. */
const responses = new Map<string, object[]>()
let requested: string[] = []
let server: TestServer
let client: B2BClient

beforeAll(async () => {
  server = await serve(({ method, url }, response) => {
    const match = matchOperation(`${method}`, `${url}`)
    const organization = match?.path['organization_id'] ?? ''
    requested.push(organization)
    const queue = responses.get(organization) ?? []
    const body =
      (queue.length > 1 ? queue.shift() : queue[0]) ?? examples.organization_not_found.body
    const status = (body as { status_code: number }).status_code // each body of the contract has it
    response.writeHead(status, { 'content-type': 'application/json', 'retry-after': '0' })
    response.end(JSON.stringify(body))
  })
  client = new B2BClient({
    baseUrl: server.url,
    project_id: 'project-test-1',
    secret: 'secret-test-1',
    maxResponseBytes: 20_000,
  })
})
afterAll(() => server.stop())
beforeEach(() => {
  responses.clear()
  requested = []
})

test('the active Members of each Organization are targets, under the line of the Organization', async () => {
  responses.set('acme', [appUsedBy('m1', 'm2')])
  responses.set('empty', [appUsedBy()])
  responses.set('globex', [appUsedBy('m3')])
  expect(await find('\uFEFFacme\r\n\r\nempty\r\n globex ')).toEqual([
    { line: 1, target: { organization_id: 'acme', member_id: 'm1', connected_app_id: APP } },
    { line: 1, target: { organization_id: 'acme', member_id: 'm2', connected_app_id: APP } },
    { line: 3, searched: { organization_id: 'empty', connected_app_id: APP } },
    { line: 4, target: { organization_id: 'globex', member_id: 'm3', connected_app_id: APP } },
  ])
  expect(requested).toEqual(['acme', 'empty', 'globex'])
})

test('an Organization that is unknown, malformed or there twice is named, and the search continues', async () => {
  responses.set('acme', [appUsedBy('m1')])
  expect(await find('acme\nnobody\n../acme\nacme\n')).toEqual([
    { line: 1, target: { organization_id: 'acme', member_id: 'm1', connected_app_id: APP } },
    {
      line: 2,
      problem: 'organization_id "nobody" has no list of Members: "organization_not_found" (404)',
      isUnread: true,
    },
    { line: 2, searched: { organization_id: 'nobody', connected_app_id: APP } },
    {
      line: 3,
      problem: expect.stringContaining(
        'organization_id "../acme" is malformed; one looks like organization-test-',
      ) as string,
    },
    { line: 4, problem: 'is the same as line 1' },
  ])
  expect(requested).toEqual(['acme', 'nobody'])
})

test('a header is named, and not searched', async () => {
  responses.set('acme', [appUsedBy('m1')])
  expect(await find('organization_id\nacme\n')).toEqual([
    { line: 1, problem: 'is a header; the file has an id in each line, and no header' },
    { line: 2, target: { organization_id: 'acme', member_id: 'm1', connected_app_id: APP } },
  ])
  expect(requested).toEqual(['acme'])
})

test('a list that is too long for the client is named, with the way out', async () => {
  responses.set('acme', [appUsedBy(...Array.from({ length: 1000 }, (_, index) => `m${index}`))])
  expect(await find('acme\n')).toEqual([
    {
      line: 1,
      problem:
        'organization_id "acme" has a list of Members that is too long to be read; pass its Members by --targets',
      isUnread: true,
    },
    { line: 1, searched: { organization_id: 'acme', connected_app_id: APP } },
  ])
})

test('an id of a Member that no path can have is named', async () => {
  responses.set('acme', [appUsedBy('..')])
  expect(await find('acme\n')).toEqual([
    {
      line: 1,
      problem: expect.stringContaining(
        'member_id ".." is malformed; one looks like member-test-',
      ) as string,
    },
    { line: 1, searched: { organization_id: 'acme', connected_app_id: APP } },
  ])
})

test('a rate limit does not end the search', async () => {
  const limited = examples.too_many_requests.body
  responses.set('acme', [limited, limited, limited, appUsedBy('m1')])
  expect(await find('acme\n')).toHaveLength(1)
  expect(requested).toHaveLength(4)
})

test('wrong credentials end the search', async () => {
  responses.set('acme', [examples.unauthorized_credentials.body])
  await expect(find('acme\nglobex\n')).rejects.toBeInstanceOf(ConnectedAppsError)
  expect(requested).toEqual(['acme'])
})

test('an app that the API does not know ends the search, and is not blamed on the Organization', async () => {
  responses.set('acme', [examples.connected_app_not_found.body])
  await expect(find('acme\nglobex\n')).rejects.toThrow(
    /^the API knows no Connected App "connected-app-test-1"; check --connected-app-id$/,
  )
  expect(requested).toEqual(['acme'])
})

test('a 404 that is not the API’s ends the search', async () => {
  responses.set('acme', [{ status_code: 404, error: 'no such page' }])
  await expect(find('acme\nglobex\n')).rejects.toBeInstanceOf(ConnectedAppsError)
  expect(requested).toEqual(['acme'])
})

test('a line that is too long ends the search, and that is said', async () => {
  expect((await find('x'.repeat(1_100_000))).at(-1)).toEqual({
    line: 1,
    problem: 'is too long; nothing after it was read',
    isLast: true,
  })
})

function appUsedBy(...members: readonly string[]): object {
  const active_members = members.map((member_id) => ({ member_id, granted_scopes: [] }))
  return { ...examples.no_active_members.body, active_members }
}

async function find(text: string) {
  async function* bytes(): AsyncGenerator<Uint8Array> {
    yield Buffer.from(text)
  }
  const found = await collect(findTargets(client, APP, bytes()))
  // What the API calls the app comes once, with the first list.
  const apps = found.flatMap((each) => ('app' in each ? [each.app] : []))
  const app = { connected_app_id: APP, name: examples.no_active_members.body.name }
  expect([[], [app]]).toContainEqual(apps)
  if (found.some((each) => 'target' in each)) expect(apps).toEqual([app])
  return found.filter((each) => !('app' in each))
}
