import { expect, test } from 'vitest'
import { operation, pathParameterNames } from '@connected-apps/contract'
import { exampleNames, statusOf } from '@connected-apps/contract/examples'
import { contractCases } from '../src/cases.ts'
import { describeFinding, runContract } from '../src/index.ts'
import type { CoverageItem, Provoke, Report } from '../src/index.ts'
import { runCases } from '../src/run.ts'
import { openTarget } from '../src/target.ts'
import { rightResponse, startProvider } from './provider.ts'
import type { CannedResponse } from './provider.ts'
import { credentials, rightAnswer, sessions } from './right-answer.ts'

function failures(report: Report): string[] {
  return report.checks
    .filter(({ outcome }) => outcome === 'failed')
    .map(({ name, findings }) => `${name}: ${findings.map(describeFinding).join('; ')}`)
}

function untouched({ coverage }: Report): string[] {
  return Object.values(coverage)
    .flat()
    .filter(({ touched }) => !touched)
    .map(({ name }) => name)
}

function statusesNotProvoked({ notProvoked }: Report): number[] {
  return notProvoked.map(({ status }) => status)
}

function startMock() {
  return startProvider((request) => rightResponse(rightAnswer(request, { answersPrefer: true })))
}

const aRevoke = contractCases.filter(({ name }) => name === 'a revoke')

test('has a case for each example of the contract, each with a name of its own', () => {
  expect(new Set(contractCases.map(({ example }) => example))).toEqual(new Set(exampleNames))
  expect(new Set(contractCases.map(({ name }) => name)).size).toBe(contractCases.length)
})

test('brings a mock to every answer, and touches all of the contract', async () => {
  await using mock = await startMock()
  const report = await runContract({ url: mock.url, ...credentials, require: 'all' })
  expect(failures(report)).toEqual([])
  expect(report).toMatchObject({ passed: true, notProvoked: [], target: { profile: 'mock' } })
  expect(untouched(report)).toEqual([])
})

test('counts as touched only what was sent and what came', async () => {
  await using mock = await startMock()
  const touchedBy = async (caseName: string) => {
    const target = await openTarget({ url: mock.url, ...credentials })
    const cases = contractCases.filter(({ name }) => name === caseName)
    expect(cases).toHaveLength(1)
    const { coverage } = await runCases(target, cases)
    return Object.entries(coverage).flatMap(([kind, items]: [string, CoverageItem[]]) =>
      items.filter(({ touched }) => touched).map(({ name }) => `${kind}: ${name}`),
    )
  }
  const path = pathParameterNames.map((name) => `parameters: ${name}`)
  const [security] = operation.security.map(({ name }) => `securitySchemes: ${name}`)
  expect(await touchedBy('no credentials')).toEqual([
    'statuses: 401',
    'examples: unauthorized_credentials',
    ...path,
  ])
  expect(await touchedBy('a revoke')).toEqual([
    'statuses: 200',
    'examples: revoked',
    ...path,
    'requestBody: application/json',
    security,
  ])
})

test('brings a remote that knows its state to all but 429 and 500, and says so', async () => {
  await using remote = await startProvider((request) => rightResponse(rightAnswer(request)))
  const report = await runContract({ url: remote.url, ...credentials, ...sessions })
  expect(failures(report)).toEqual([])
  expect(report).toMatchObject({ passed: true, target: { profile: 'remote' } })
  expect(statusesNotProvoked(report)).toEqual([429, 500])
  expect(untouched(report)).toEqual([
    '429',
    '500',
    'too_many_requests',
    'internal_server_error',
    '429 Retry-After',
  ])
})

test('never counts as passed what was not provoked', async () => {
  await using remote = await startProvider((request) => rightResponse(rightAnswer(request)))
  const report = await runContract({ url: remote.url, ...credentials })
  const skipped = report.checks.filter(({ outcome }) => outcome === 'not provoked')
  expect(skipped.map(({ reason }) => reason)).toEqual([
    'needs the token of a session that may revoke',
    'needs the JWT of a session that may revoke',
    'needs the token of a session whose roles may not revoke',
    'needs the token of a session of another Organization',
    'needs a target at its rate limit',
    'needs a target that fails',
  ])
  expect(statusesNotProvoked(report)).toEqual([403, 429, 500])
})

test('fails when a required status was not provoked', async () => {
  await using remote = await startProvider((request) => rightResponse(rightAnswer(request)))
  const target = { url: remote.url, ...credentials }
  const few = await runContract({ ...target, require: [200, 401] })
  expect(few).toMatchObject({ passed: true, missing: [] })
  const more = await runContract({ ...target, require: [200, 500] })
  expect(more).toMatchObject({ passed: false, missing: [500] })
  const all = await runContract({ ...target, require: 'all' })
  expect(all).toMatchObject({ passed: false, missing: [403, 429, 500] })
})

test('asks no remote by Prefer', async () => {
  await using remote = await startProvider((request) => rightResponse(rightAnswer(request)))
  await runContract({ url: remote.url, ...credentials, profile: 'remote' })
  expect(remote.requests.filter(({ headers }) => 'prefer' in headers)).toEqual([])
})

test('probes with ids that are nobody’s', async () => {
  await using remote = await startProvider((request) => rightResponse(rightAnswer(request)))
  await openTarget({ url: remote.url, ...credentials })
  expect(remote.requests.map(({ path }) => path)).toEqual([
    expect.stringMatching(
      /organizations\/contract-tests-.+\/members\/contract-tests-.+\/connected_apps\/contract-tests-/,
    ),
  ])
})

test('keeps the path of the base URL, and sends dots in a segment encoded', async () => {
  await using mock = await startProvider((request) =>
    rightResponse(
      rightAnswer(
        { ...request, path: request.path.replace('/behind/a%20gateway', '') },
        { answersPrefer: true },
      ),
    ),
  )
  const report = await runContract({ url: `${mock.url}/behind/a%20gateway/`, ...credentials })
  expect(failures(report)).toEqual([])
  expect(mock.requests.every(({ path }) => path.startsWith('/behind/a%20gateway/v1/'))).toBe(true)
  expect(mock.requests.some(({ path }) => path.includes('/members/%2E%2E/'))).toBe(true)
})

test('lets `provoke` bring a target to 429 and 500', async () => {
  let revokes = 0
  let isDown = false
  await using remote = await startProvider((request) => {
    const answer = rightAnswer(request)
    if (isDown) return rightResponse('internal_server_error')
    if (answer === 'revoked') revokes += 1
    return rightResponse(revokes > 20 ? 'too_many_requests' : answer)
  })
  const beyondTheLimit: Provoke = async ({ send }) => {
    let answer = await send()
    while (answer.status === 200) answer = await send()
    return answer
  }
  const whileDown: Provoke = async ({ send }) => {
    isDown = true
    return send()
  }
  const report = await runContract({
    url: remote.url,
    ...credentials,
    ...sessions,
    require: 'all',
    provoke: { too_many_requests: beyondTheLimit, internal_server_error: whileDown },
  })
  expect(failures(report)).toEqual([])
  expect(report.passed).toBe(true)
  expect(untouched(report)).toEqual([])
})

test('holds every answer that `provoke` meets on its way against the contract', async () => {
  let sent = 0
  await using remote = await startProvider((): CannedResponse => {
    sent += 1
    return sent === 2
      ? { ...rightResponse('revoked'), body: '' }
      : rightResponse('too_many_requests')
  })
  const target = await openTarget({
    url: remote.url,
    ...credentials,
    profile: 'remote',
    provoke: {
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

test('tries again when a rate limit is in the way, and gives up in the end', async () => {
  let sent = 0
  await using busy = await startProvider((request) => {
    sent += 1
    return rightResponse(sent % 3 === 0 ? rightAnswer(request) : 'too_many_requests')
  })
  const options = { ...credentials, profile: 'remote' } as const
  sent = -1 // the probe is 0
  const busyTarget = await openTarget({ url: busy.url, ...options })
  expect(await runCases(busyTarget, aRevoke)).toMatchObject({ passed: true })

  await using limited = await startProvider(() => rightResponse('too_many_requests'))
  const report = await runCases(await openTarget({ url: limited.url, ...options }), aRevoke)
  expect(failures(report)).toEqual([
    '200 revoked: a revoke: 429 status: the contract answers 200 to this request',
  ])
  expect(limited.requests).toHaveLength(4)
})

test('never follows a redirect, and hands no secret on', async () => {
  await using elsewhere = await startProvider(() => rightResponse('revoked'))
  await using target = await startProvider(() => ({
    status: 307,
    headers: { location: elsewhere.url },
    body: '',
  }))
  const report = await runContract({ url: target.url, ...credentials, ...sessions })
  expect(report.passed).toBe(false)
  expect(elsewhere.requests).toEqual([])
})

// The limit is what ends some of them; the others must have time to fail in their own way.
test.each([
  ['silence', 1000, 'no whole answer within 1000 ms'],
  ['half an answer', 20_000, /^no whole answer \(\w+\)$/],
  ['half an answer, then silence', 1000, 'no whole answer within 1000 ms'],
  ['an endless answer', 20_000, 'an answer of more than 1 MiB'],
  ['a broken connection', 20_000, /^no whole answer \(\w+\)$/],
] as const)(
  'takes %s for a failure, by the client and on the wire',
  async (failure, timeoutMs, message) => {
    await using target = await startProvider(({ path }) =>
      path.includes('contract-tests-') ? rightResponse('organization_not_found') : failure,
    )
    const cases = contractCases.filter(({ name }) => /^a revoke$|^no credentials$/.test(name))
    const options = { ...credentials, profile: 'remote', timeoutMs } as const
    const report = await runCases(await openTarget({ url: target.url, ...options }), cases)
    const found = report.checks.flatMap(({ findings }) => findings)
    expect(found).toEqual(
      cases.map(() => ({
        status: undefined,
        part: 'answer',
        where: '',
        message: typeof message === 'string' ? message : expect.stringMatching(message),
      })),
    )
  },
)

test('takes 101 Switching Protocols, after which no answer comes, for a failure', async () => {
  await using target = await startProvider(() => ({
    status: 101,
    headers: { connection: 'upgrade', upgrade: 'websocket' },
    body: '',
  }))
  const cases = contractCases.filter(({ name }) => /^a revoke$|^no credentials$/.test(name))
  const report = await runCases(await openTarget({ url: target.url, ...credentials }), cases)
  expect(failures(report)).toEqual([
    expect.stringMatching(/^200 revoked: a revoke: answer: no whole answer \(\w+\)$/),
    expect.stringMatching(/^401 .*: no credentials: 101 status: /),
  ])
})

test('tells which error_type is mixed up, and accepts one that no document lists', async () => {
  const unknownMember = contractCases.filter(({ example }) => example === 'member_not_found')
  await using target = await startProvider(() => rightResponse('organization_not_found'))
  const opened = await openTarget({ url: target.url, ...credentials })
  expect(failures(await runCases(opened, unknownMember))).toEqual([
    '404 member_not_found: an unknown Member: 404 body /error_type: is organization_not_found; the contract answers member_not_found to this request',
  ])
  expect(statusOf('member_not_found')).toBe(404)
})
