import { expect, test } from 'vitest'
import { operation, pathParameterNames } from '@connected-apps/contract'
import { exampleNames, statusOf } from '@connected-apps/contract/examples'
import { contractCases } from '../src/cases.ts'
import { describeViolation, runContract } from '../src/index.ts'
import type { CoverageItem, Report, Trigger } from '../src/index.ts'
import { createTarget, runCases } from '../src/target.ts'
import { startProvider, validResponse } from './support/provider.ts'
import type { CannedResponse } from './support/provider.ts'
import {
  credentials,
  expectedExample,
  sessions,
  startMock,
  startRemote,
} from './support/reference-provider.ts'

function failures(report: Report): string[] {
  return report.checks
    .filter(({ outcome }) => outcome === 'failed')
    .map(({ name, violations }) => `${name}: ${violations.map(describeViolation).join('; ')}`)
}

function notCovered({ coverage }: Report): string[] {
  return Object.values(coverage)
    .flat()
    .filter(({ covered }) => !covered)
    .map(({ name }) => name)
}

function skippedStatuses({ skippedStatuses: skipped }: Report): number[] {
  return skipped.map(({ status }) => status)
}

const aRevoke = contractCases.filter(({ name }) => name === 'a revoke')

test('has a case for each example of the contract, each with a unique name', () => {
  expect(new Set(contractCases.map(({ example }) => example))).toEqual(new Set(exampleNames))
  expect(new Set(contractCases.map(({ name }) => name)).size).toBe(contractCases.length)
})

test('gets every response from a mock, and covers the whole contract', async () => {
  await using mock = await startMock()
  const report = await runContract({ url: mock.url, ...credentials, require: 'all' })
  expect(failures(report)).toEqual([])
  expect(report).toMatchObject({ passed: true, skippedStatuses: [], target: { profile: 'mock' } })
  expect(notCovered(report)).toEqual([])
})

test('counts as covered only what was sent and received', async () => {
  await using mock = await startMock()
  const coveredBy = async (caseName: string) => {
    const target = await createTarget({ url: mock.url, ...credentials })
    const cases = contractCases.filter(({ name }) => name === caseName)
    expect(cases).toHaveLength(1)
    const { coverage } = await runCases(target, cases)
    return Object.entries(coverage).flatMap(([kind, items]: [string, CoverageItem[]]) =>
      items.filter(({ covered }) => covered).map(({ name }) => `${kind}: ${name}`),
    )
  }
  const path = pathParameterNames.map((name) => `parameters: ${name}`)
  const [security] = operation.security.map(({ name }) => `securitySchemes: ${name}`)
  expect(await coveredBy('no credentials')).toEqual([
    'statuses: 401',
    'examples: unauthorized_credentials',
    ...path,
  ])
  expect(await coveredBy('a revoke')).toEqual([
    'statuses: 200',
    'examples: revoked',
    ...path,
    'requestBody: application/json',
    security,
  ])
})

test('gets every response but 429 and 500 from a remote, and reports these as skipped', async () => {
  await using remote = await startRemote()
  const report = await runContract({ url: remote.url, ...credentials, ...sessions })
  expect(failures(report)).toEqual([])
  expect(report).toMatchObject({ passed: true, target: { profile: 'remote' } })
  expect(skippedStatuses(report)).toEqual([429, 500])
  expect(notCovered(report)).toEqual([
    '429',
    '500',
    'too_many_requests',
    'internal_server_error',
    '429 Retry-After',
  ])
})

test('never counts a skipped case as passed', async () => {
  await using remote = await startRemote()
  const report = await runContract({ url: remote.url, ...credentials })
  const skipped = report.checks.filter(({ outcome }) => outcome === 'skipped')
  expect(skipped.map(({ reason }) => reason)).toEqual([
    'needs the token of a session that is allowed to revoke',
    'needs the JWT of a session that is allowed to revoke',
    'needs the token of a session that is not allowed to revoke',
    'needs the token of a session of another Organization',
    'needs a target at its rate limit',
    'needs a target that fails',
  ])
  expect(skippedStatuses(report)).toEqual([403, 429, 500])
})

test('fails if a required status was skipped', async () => {
  await using remote = await startRemote()
  const target = { url: remote.url, ...credentials }
  const covered = await runContract({ ...target, require: [200, 401] })
  expect(covered).toMatchObject({ passed: true, missingStatuses: [] })
  const skipped = await runContract({ ...target, require: [200, 500] })
  expect(skipped).toMatchObject({ passed: false, missingStatuses: [500] })
  const all = await runContract({ ...target, require: 'all' })
  expect(all).toMatchObject({ passed: false, missingStatuses: [403, 429, 500] })
})

test('never sends Prefer to a remote', async () => {
  await using remote = await startRemote()
  await runContract({ url: remote.url, ...credentials, profile: 'remote' })
  expect(remote.requests.filter(({ headers }) => 'prefer' in headers)).toEqual([])
})

test('sends random ids in its probe', async () => {
  await using remote = await startRemote()
  await createTarget({ url: remote.url, ...credentials })
  expect(remote.requests.map(({ path }) => path)).toEqual([
    expect.stringMatching(
      /organizations\/contract-tests-.+\/members\/contract-tests-.+\/connected_apps\/contract-tests-/,
    ),
  ])
})

test('keeps the path of the base URL, and encodes dots in a segment', async () => {
  await using mock = await startProvider((request) =>
    validResponse(
      expectedExample(
        { ...request, path: request.path.replace('/behind/a%20gateway', '') },
        { supportsPrefer: true },
      ),
    ),
  )
  const report = await runContract({ url: `${mock.url}/behind/a%20gateway/`, ...credentials })
  expect(failures(report)).toEqual([])
  expect(mock.requests.every(({ path }) => path.startsWith('/behind/a%20gateway/v1/'))).toBe(true)
  expect(mock.requests.some(({ path }) => path.includes('/members/%2E%2E/'))).toBe(true)
})

test('gets 429 and 500 from a remote by `trigger`', async () => {
  let revokes = 0
  let isDown = false
  await using remote = await startProvider((request) => {
    const expected = expectedExample(request)
    if (isDown) return validResponse('internal_server_error')
    if (expected === 'revoked') revokes += 1
    return validResponse(revokes > 20 ? 'too_many_requests' : expected)
  })
  const exceedRateLimit: Trigger = async ({ send }) => {
    let response = await send()
    while (response.status === 200) response = await send()
    return response
  }
  const failServer: Trigger = async ({ send }) => {
    isDown = true
    return send()
  }
  const report = await runContract({
    url: remote.url,
    ...credentials,
    ...sessions,
    require: 'all',
    trigger: { too_many_requests: exceedRateLimit, internal_server_error: failServer },
  })
  expect(failures(report)).toEqual([])
  expect(report.passed).toBe(true)
  expect(notCovered(report)).toEqual([])
})

test('verifies every response that a trigger receives', async () => {
  let sent = 0
  await using remote = await startProvider((): CannedResponse => {
    sent += 1
    return sent === 2
      ? { ...validResponse('revoked'), body: '' }
      : validResponse('too_many_requests')
  })
  const target = await createTarget({
    url: remote.url,
    ...credentials,
    profile: 'remote',
    trigger: {
      too_many_requests: async ({ send }) => {
        await send()
        return send()
      },
    },
  })
  const report = await runCases(
    target,
    contractCases.filter(({ example }) => example === 'too_many_requests'),
  )
  expect(failures(report)).toEqual([
    '429 too_many_requests: a revoke beyond the rate limit: 200 body: is empty',
  ])
})

test('retries when it is rate limited, at most twice', async () => {
  let sent = 0
  await using busy = await startProvider((request) => {
    sent += 1
    return validResponse(sent % 3 === 0 ? expectedExample(request) : 'too_many_requests')
  })
  const options = { ...credentials, profile: 'remote' } as const
  sent = -1 // the probe is request 0, so that every third request of the run succeeds
  const busyTarget = await createTarget({ url: busy.url, ...options })
  expect(await runCases(busyTarget, aRevoke)).toMatchObject({ passed: true })

  await using alwaysLimited = await startProvider(() => validResponse('too_many_requests'))
  const report = await runCases(await createTarget({ url: alwaysLimited.url, ...options }), aRevoke)
  expect(failures(report)).toEqual([
    '200 revoked: a revoke: 429 status: the contract defines 200 for this request',
  ])
  expect(alwaysLimited.requests).toHaveLength(4)
})

test('never follows a redirect, which could pass on the credentials', async () => {
  await using elsewhere = await startProvider(() => validResponse('revoked'))
  await using target = await startProvider(() => ({
    status: 307,
    headers: { location: elsewhere.url },
    body: '',
  }))
  const report = await runContract({ url: target.url, ...credentials, ...sessions })
  expect(report.passed).toBe(false)
  expect(elsewhere.requests).toEqual([])
})

// Two of them end by the timeout; the others get a long one, so that they fail in their own way.
test.each([
  ['no response', 1000, 'no complete response within 1000 ms'],
  ['a truncated response', 20_000, /^no complete response \(\w+\)$/],
  ['a stalled response', 1000, 'no complete response within 1000 ms'],
  ['an endless response', 20_000, 'the response body exceeds 1 MiB'],
  ['a closed connection', 20_000, /^no complete response \(\w+\)$/],
] as const)(
  'reports %s as a failure, with the client and raw',
  async (incomplete, timeoutMs, message) => {
    await using target = await startProvider(({ path }) =>
      path.includes('contract-tests-') ? validResponse('organization_not_found') : incomplete,
    )
    const cases = contractCases.filter(({ name }) => /^a revoke$|^no credentials$/.test(name))
    const options = { ...credentials, profile: 'remote', timeoutMs } as const
    const report = await runCases(await createTarget({ url: target.url, ...options }), cases)
    const found = report.checks.flatMap(({ violations }) => violations)
    expect(found).toEqual(
      cases.map(() => ({
        status: undefined,
        part: 'response',
        where: '',
        message: typeof message === 'string' ? message : expect.stringMatching(message),
      })),
    )
  },
)

test('reports 101 Switching Protocols, after which no response follows, as a failure', async () => {
  await using target = await startProvider(() => ({
    status: 101,
    headers: { connection: 'upgrade', upgrade: 'websocket' },
    body: '',
  }))
  const cases = contractCases.filter(({ name }) => /^a revoke$|^no credentials$/.test(name))
  const report = await runCases(await createTarget({ url: target.url, ...credentials }), cases)
  expect(failures(report)).toEqual([
    expect.stringMatching(/^200 revoked: a revoke: response: no complete response \(\w+\)$/),
    expect.stringMatching(/^401 .*: no credentials: 101 status: /),
  ])
})

test('names both error_types if the response is one for another request', async () => {
  const unknownMember = contractCases.filter(({ example }) => example === 'member_not_found')
  await using target = await startProvider(() => validResponse('organization_not_found'))
  const created = await createTarget({ url: target.url, ...credentials })
  expect(failures(await runCases(created, unknownMember))).toEqual([
    '404 member_not_found: an unknown Member: 404 body /error_type: is organization_not_found; the contract defines member_not_found for this request',
  ])
  expect(statusOf('member_not_found')).toBe(404)
})
