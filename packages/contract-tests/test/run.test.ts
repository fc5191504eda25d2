import { brotliCompressSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { allOperations } from '@connected-apps/contract/operations'
import type { Status } from '@connected-apps/contract'
import { contractCases } from '../src/cases.ts'
import { UsageError, describeViolation, runContract } from '../src/index.ts'
import type { CoverageItem, Report, Trigger } from '../src/index.ts'
import { createTarget, runCases } from '../src/target.ts'
import {
  exampleOf,
  operationWithBody,
  safeOperation,
  statusOf,
  successOf,
} from './support/operations.ts'
import { startProvider, validResponse } from './support/provider.ts'
import type { CannedResponse } from './support/provider.ts'
import {
  credentials,
  expectedExample,
  expectedResponse,
  sessions,
  startMock,
  startRemote,
} from './support/reference-provider.ts'

function failures(report: Report): string[] {
  return report.checks
    .filter(({ outcome }) => outcome === 'failed')
    .map(({ name, violations }) => `${name}: ${violations.map(describeViolation).join('; ')}`)
}

/** What was not covered, as `OPERATION ELEMENT`. */
function notCovered({ coverage }: Report): string[] {
  return Object.entries(coverage).flatMap(([operation, kinds]) =>
    Object.values(kinds)
      .flat()
      .filter(({ covered }: CoverageItem) => !covered)
      .map(({ name }: CoverageItem) => `${operation} ${name}`),
  )
}

function skippedStatuses({ skippedStatuses: skipped }: Report): number[] {
  return skipped.map(({ status }) => status)
}

const aRequest = contractCases.filter(
  ({ operation, name }) => operation === safeOperation && name === 'a request',
)
const aRequestAndNoCredentials = contractCases.filter(
  ({ operation, name }) =>
    operation === safeOperation && (name === 'a request' || name === 'no credentials'),
)
const success = validResponse(safeOperation, successOf(safeOperation))
const limited = validResponse(safeOperation, exampleOf(safeOperation, 'limit'))
const limitStatus = statusOf(safeOperation, 'limit')
const failureStatus = statusOf(safeOperation, 'failure')

/** Examples that a target has only in a state that no request causes. */
const triggered = contractCases.filter(({ dependsOn }) => dependsOn === 'trigger')

/** The statuses that an operation has in no other example, in ascending order. */
const triggeredStatuses = [
  ...new Set(
    triggered
      .filter(({ operation, status }) =>
        contractCases
          .filter((each) => each.operation === operation && each.status === status)
          .every((each) => triggered.includes(each)),
      )
      .map(({ status }) => status),
  ),
].toSorted((one, other) => one - other)

test.each(allOperations)(
  'has cases for each example of $operationId, each with a unique name',
  (operation) => {
    const cases = contractCases.filter((each) => each.operation === operation)
    expect(new Set(cases.map(({ example }) => example))).toEqual(
      new Set(Object.keys(operation.examples)),
    )
    expect(new Set(cases.map(({ name }) => name)).size).toBe(cases.length)
  },
)

test('runs safe operations before those that may change the state they need', () => {
  const plain = contractCases.filter(({ dependsOn }) => dependsOn !== 'trigger')
  const isSafe = plain.map(({ operation }) => operation.safety === 'safe')
  expect(isSafe).toEqual(isSafe.toSorted((one, other) => Number(other) - Number(one)))
  expect(contractCases.slice(plain.length)).toEqual(triggered)
})

test('gets every response from a mock, and covers the whole contract', async () => {
  await using mock = await startMock()
  const report = await runContract({ url: mock.url, ...credentials, require: 'all' })
  expect(failures(report)).toEqual([])
  expect(report).toMatchObject({ passed: true, skippedStatuses: [], target: { profile: 'mock' } })
  expect(Object.keys(report.coverage).toSorted()).toEqual(
    allOperations.map(({ operationId }) => operationId).toSorted(),
  )
  expect(notCovered(report)).toEqual([])
})

test('runs only the operations that the options select', async () => {
  await using mock = await startMock()
  const { operationId, method, path } = operationWithBody
  const report = await runContract({ url: mock.url, ...credentials, operations: [operationId] })
  expect(report).toMatchObject({ passed: true, operations: [operationId] })
  expect(Object.keys(report.coverage)).toEqual([operationId])
  const ids = new RegExp(`^${path.replaceAll(/\{\w+\}/g, '[^/]+')}(/contract-tests)?$`)
  for (const request of mock.requests) {
    expect(request).toMatchObject({ method, path: expect.stringMatching(ids) })
  }
})

test('counts only what was sent and received as covered', async () => {
  await using mock = await startMock()
  const operation = operationWithBody
  const coveredBy = async (caseName: string) => {
    const target = await createTarget({ url: mock.url, ...credentials })
    const cases = contractCases.filter(
      (each) => each.operation === operation && each.name === caseName,
    )
    expect(cases).toHaveLength(1)
    const { coverage } = await runCases(target, cases)
    return Object.entries(coverage[operation.operationId] ?? {}).flatMap(
      ([kind, items]: [string, CoverageItem[]]) =>
        items.filter(({ covered }) => covered).map(({ name }) => `${kind}: ${name}`),
    )
  }
  const { pathParameters, security, requestBody, examples, responseHeaders } = operation
  const response = (example: string) => {
    const status = examples[example]?.status ?? 0
    const headers = Object.keys(responseHeaders[status] ?? {})
    return [
      `statuses: ${status}`,
      `examples: ${example}`,
      ...headers.map((name) => `responseHeaders: ${status} ${name}`),
    ]
  }
  const path = pathParameters.map((name) => `parameters: ${name}`)
  const body = `requestBody: ${requestBody?.mediaType}`
  const [scheme] = security
  expect(await coveredBy('no credentials')).toEqual([
    ...response(scheme?.example ?? ''),
    ...path,
    body,
  ])
  expect(await coveredBy('a request')).toEqual([
    ...response(successOf(operation)),
    ...path,
    body,
    `securitySchemes: ${scheme?.name}`,
  ])
  expect(await coveredBy('a request without a body')).not.toContain(body)
})

test('gets every response from a remote except those that need a trigger, which it reports as skipped', async () => {
  await using remote = await startRemote()
  const report = await runContract({ url: remote.url, ...credentials, ...sessions })
  expect(failures(report)).toEqual([])
  expect(report).toMatchObject({ passed: true, target: { profile: 'remote' } })
  expect(skippedStatuses(report)).toEqual(triggeredStatuses)
  const skipped = report.checks.filter(({ outcome }) => outcome === 'skipped')
  expect(skipped.map(({ operation, name }) => `${operation} ${name}`)).toEqual(
    triggered.map(
      ({ operation, status, example, name }) =>
        `${operation.operationId} ${status} ${example}: ${name}`,
    ),
  )
  const uncovered = notCovered(report)
  for (const { operation, example } of triggered) {
    expect(uncovered).toContain(`${operation.operationId} ${example}`)
  }
})

test('never counts a skipped case as passed', async () => {
  await using remote = await startRemote()
  const { operationId } = safeOperation
  const report = await runContract({ url: remote.url, ...credentials, operations: [operationId] })
  const skipped = report.checks.filter(({ outcome }) => outcome === 'skipped')
  expect(skipped.map(({ reason }) => reason)).toEqual(
    expect.arrayContaining([
      'needs the option sessionToken',
      'needs the option sessionJwt',
      'needs the option sessionTokenWithoutPermission',
      'needs the option sessionTokenOfOtherOrganization',
      `needs a target at its rate limit, by the option trigger.${exampleOf(safeOperation, 'limit')}`,
      `needs a target that fails, by the option trigger.${exampleOf(safeOperation, 'failure')}`,
    ]),
  )
  expect(skippedStatuses(report)).toEqual(expect.arrayContaining([limitStatus, failureStatus]))
})

test('fails if a required status was skipped', async () => {
  await using remote = await startRemote()
  const target = { url: remote.url, ...credentials, ...sessions }
  const [security] = safeOperation.security
  const covered = [
    safeOperation.successStatus,
    safeOperation.examples[security?.example ?? '']?.status,
  ]
  const require = (statuses: unknown[]) => ({ ...target, require: statuses as Status[] }) // safe: the document declares them
  expect(await runContract(require(covered))).toMatchObject({ passed: true, missingStatuses: [] })
  expect(await runContract(require([...covered, failureStatus]))).toMatchObject({
    passed: false,
    missingStatuses: [failureStatus],
  })
  expect(await runContract({ ...target, require: 'all' })).toMatchObject({
    passed: false,
    missingStatuses: triggeredStatuses,
  })
})

test('fails if a required status was skipped for one of the operations only', async () => {
  await using mock = await startMock()
  const target = await createTarget({ url: mock.url, ...credentials, require: 'all' })
  const others = contractCases.filter(
    ({ operation, status }) => operation !== safeOperation || status !== failureStatus,
  )
  expect(await runCases(target, others)).toMatchObject({
    passed: false,
    missingStatuses: [failureStatus],
    skippedStatuses: [{ status: failureStatus, operations: [safeOperation.operationId] }],
  })
})

describe('a required error_type', () => {
  const required = exampleOf(safeOperation, { unknown: safeOperation.pathParameters[0] ?? '' })
  const concerned = allOperations
    .filter(({ examples }) => Object.hasOwn(examples, required))
    .map(({ operationId }) => operationId)

  test('is missing if the provider has renamed it, which is legal', async () => {
    await using remote = await startProvider((request) => {
      const response = expectedResponse(request)
      return { ...response, body: String(response.body).replaceAll(required, 'renamed') }
    })
    const target = { url: remote.url, ...credentials, ...sessions }
    const report = await runContract({ ...target, require: [required] })
    expect(failures(report)).toEqual([])
    expect(report).toMatchObject({
      passed: false,
      missingStatuses: [],
      missingExamples: [
        { example: required, operations: concerned, reasons: ['no valid response matched it'] },
      ],
    })
    expect(await runContract(target)).toMatchObject({ passed: true, missingExamples: [] })
  })

  test('is missing if its case was skipped, with the reason, and present otherwise', async () => {
    await using remote = await startRemote()
    const limit = exampleOf(safeOperation, 'limit')
    const target = { url: remote.url, ...credentials, ...sessions }
    expect(await runContract({ ...target, require: [required, limit] })).toMatchObject({
      passed: false,
      missingExamples: [
        { example: limit, reasons: [expect.stringContaining('needs a target at its rate limit')] },
      ],
    })
    expect(await runContract({ ...target, require: [required] })).toMatchObject({ passed: true })
  })
})

describe('an error_type about the credentials or an id', () => {
  const rejected = safeOperation.security[0]?.example ?? ''
  const [parameter = ''] = safeOperation.pathParameters
  const unknown = exampleOf(safeOperation, { unknown: parameter })

  test.each([rejected, unknown])(
    'is a failure if one operation alone responds %s',
    async (wrong) => {
      await using remote = await startProvider((request) => {
        const { operation, example } = expectedExample(request)
        const isWrong = operation === safeOperation && example === successOf(operation)
        return validResponse(operation, isWrong ? wrong : example)
      })
      const report = await runContract({ url: remote.url, ...credentials, ...sessions })
      expect(failures(report)).toEqual(
        expect.arrayContaining([expect.stringMatching(/: a request: \d+ status: /)]),
      )
    },
  )

  test('is a failure if the response violates the contract in another way', async () => {
    await using remote = await startProvider((request) => {
      const { operation } = expectedExample(request)
      return { ...validResponse(operation, operation.security[0]?.example ?? ''), headers: {} }
    })
    expect(await runContract({ url: remote.url, ...credentials })).toMatchObject({ passed: false })
  })

  test('is a usage error if every operation responds with it', async () => {
    await using remote = await startRemote()
    const target = { url: remote.url, ...credentials }
    await expect(runContract({ ...target, secret: 'wrong' })).rejects.toThrow(
      new UsageError(
        `the target rejects the credentials (${rejected}); pass the project_id and secret of one of its projects`,
      ),
    )
    const ids = Object.fromEntries(
      allOperations
        .flatMap(({ pathParameters }) => pathParameters)
        .map((name) => [name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase()), 'x']),
    )
    await expect(runContract({ ...target, ...ids })).rejects.toThrow(/has no such \w+ \(/)
  })

  test('is also found without a safe operation', async () => {
    await using remote = await startRemote()
    const operations = [operationWithBody.operationId]
    const target = { url: remote.url, ...credentials, operations }
    await expect(runContract({ ...target, secret: 'wrong' })).rejects.toThrow(UsageError)
    expect(remote.requests).toHaveLength(2)
  })
})

test('never sends Prefer to a remote', async () => {
  await using remote = await startRemote()
  await runContract({ url: remote.url, ...credentials, profile: 'remote' })
  expect(remote.requests.filter(({ headers }) => 'prefer' in headers)).toEqual([])
})

test('sends random ids in its probe, to an operation that changes nothing', async () => {
  await using remote = await startRemote()
  await createTarget({ url: remote.url, ...credentials })
  const { method, path } = safeOperation
  const ids = new RegExp(`^${path.replaceAll(/\{\w+\}/g, 'contract-tests-[^/]+')}$`)
  expect(remote.requests).toEqual([
    expect.objectContaining({ method, path: expect.stringMatching(ids) }),
  ])
})

test('keeps the path of the base URL, and encodes dots in a segment', async () => {
  await using mock = await startProvider((request) =>
    expectedResponse(
      { ...request, path: request.path.replace('/behind/a%20gateway', '') },
      { supportsPrefer: true },
    ),
  )
  const report = await runContract({ url: `${mock.url}/behind/a%20gateway/`, ...credentials })
  expect(failures(report)).toEqual([])
  expect(mock.requests.every(({ path }) => path.startsWith('/behind/a%20gateway/'))).toBe(true)
  expect(mock.requests.some(({ path }) => path.includes('/%2E%2E/'))).toBe(true)
})

test('calls a trigger for each operation that has its example', async () => {
  let successes = 0
  let limit = ''
  let state: string | undefined
  await using remote = await startProvider((request) => {
    const { operation, example } = expectedExample(request)
    if (state !== undefined) return validResponse(operation, state)
    if (example === successOf(operation)) successes += 1
    return validResponse(operation, successes > contractCases.length ? limit : example)
  })
  const exceedRateLimit =
    (example: string): Trigger =>
    async ({ send, operation }) => {
      limit = example
      let response = await send()
      while (response.status === operation.successStatus) response = await send()
      return response
    }
  const bringAbout =
    (example: string): Trigger =>
    async ({ send }) => {
      state = example
      const response = await send()
      state = undefined
      return response
    }
  const isMalformed = ({ operation, example }: (typeof triggered)[number]) =>
    operation.examples[example]?.trigger === 'request'
  const triggers = triggered
    .filter((each) => !isMalformed(each))
    .map(({ operation, example }): [string, Trigger] => {
      const isLimit = operation.examples[example]?.trigger === 'limit'
      return [example, isLimit ? exceedRateLimit(example) : bringAbout(example)]
    })
  const report = await runContract({
    url: remote.url,
    ...credentials,
    ...sessions,
    require: 'all',
    trigger: Object.fromEntries(triggers),
  })
  expect(failures(report)).toEqual([])
  expect(report).toMatchObject({ passed: true, skippedStatuses: [] })
  // What remains is malformed in a way that this suite cannot derive.
  const remaining = triggered.filter(isMalformed)
  expect(notCovered(report).toSorted()).toEqual(
    remaining.map(({ operation, example }) => `${operation.operationId} ${example}`).toSorted(),
  )
})

test('verifies every response that a trigger receives', async () => {
  let sent = 0
  await using remote = await startProvider((): CannedResponse => {
    sent += 1
    return sent === 2 ? { ...success, body: '' } : limited
  })
  const example = exampleOf(safeOperation, 'limit')
  const target = await createTarget({
    url: remote.url,
    ...credentials,
    profile: 'remote',
    trigger: {
      [example]: async ({ send }: Parameters<Trigger>[0]) => {
        await send()
        return send()
      },
    },
  })
  const cases = triggered.filter(
    (each) => each.operation === safeOperation && each.example === example,
  )
  expect(failures(await runCases(target, cases))).toEqual([
    `${limitStatus} ${example}: a request beyond the rate limit: ${success.status} body: is empty`,
  ])
})

test('retries when it is rate limited, at most twice', async () => {
  let sent = 0
  await using busy = await startProvider((request) => {
    sent += 1
    return sent % 3 === 0 ? expectedResponse(request) : limited
  })
  const options = { ...credentials, profile: 'remote' } as const
  sent = -1 // the probe is request 0, so that every third request of the run succeeds
  const busyTarget = await createTarget({ url: busy.url, ...options })
  expect(failures(await runCases(busyTarget, aRequest))).toEqual([])

  await using alwaysLimited = await startProvider(() => limited)
  const target = await createTarget({ url: alwaysLimited.url, ...options })
  expect(failures(await runCases(target, aRequest))).toEqual([
    `${success.status} ${successOf(safeOperation)}: a request: ${limitStatus} status: the contract defines ${success.status} for this request`,
  ])
  expect(alwaysLimited.requests).toHaveLength(4)
})

test('never follows a redirect, which could pass on the credentials', async () => {
  await using elsewhere = await startProvider(() => success)
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
  [
    'a truncated response',
    20_000,
    /^no complete response: the connection was closed too early \(\w+\)$/,
  ],
  ['a stalled response', 1000, 'no complete response within 1000 ms'],
  ['an endless response', 20_000, 'the response body exceeds 1 MiB'],
  [
    'a closed connection',
    20_000,
    /^no complete response: the connection was closed too early \(\w+\)$/,
  ],
] as const)(
  'reports %s as a failure, with the client and raw',
  async (incomplete, timeoutMs, message) => {
    await using target = await startProvider(({ path }) =>
      path.includes('contract-tests-') ? success : incomplete,
    )
    const cases = aRequestAndNoCredentials
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

// Sent by the client and by node:http, of which only the first decodes by itself.
describe('a response whose compression was unrequested', () => {
  const compress = {
    gzip: gzipSync,
    deflate: deflateSync,
    br: brotliCompressSync,
    zstd: zstdCompressSync,
  }

  async function run(encoding: string, encode: (body: string) => Uint8Array): Promise<Report> {
    await using provider = await startProvider((request) => {
      const { headers, ...response } = expectedResponse(request)
      const body = encode(String(response.body))
      return { ...response, headers: { ...headers, 'content-encoding': encoding }, body }
    })
    const target = await createTarget({ url: provider.url, ...credentials, profile: 'remote' })
    return await runCases(target, aRequestAndNoCredentials)
  }

  test.each(Object.entries(compress))('is decoded from %s', async (encoding, encode) => {
    expect(failures(await run(encoding, (body) => encode(body)))).toEqual([])
  })

  test('is decoded from two codings', async () => {
    expect(failures(await run('br, gzip', (body) => gzipSync(brotliCompressSync(body))))).toEqual(
      [],
    )
  })

  test('is decoded before it is checked', async () => {
    for (const failure of failures(await run('gzip', () => gzipSync('<html>')))) {
      expect(failure).toMatch(/: \d+ body: is not JSON; it looks like HTML$/)
    }
  })

  test('is the only violation if it cannot be decoded', async () => {
    const unknown = failures(await run('compress', (body) => Buffer.from(body)))
    expect(unknown).toHaveLength(2)
    for (const failure of unknown) {
      expect(failure).toMatch(
        /: \d+ header Content-Encoding: names an encoding that was not removed from the body$/,
      )
    }
    const [sentByClient, sentRaw] = failures(await run('gzip', (body) => Buffer.from(body)))
    expect(sentByClient).toMatch(/: response: .*: the body is not what its Content-Encoding says$/)
    expect(sentRaw).toMatch(/: \d+ header Content-Encoding: names an encoding /)
  })

  test('is a violation if it is longer than 1 MiB once decoded', async () => {
    const bomb = brotliCompressSync(Buffer.alloc(4 * 1024 * 1024, ' '))
    let isProbe = true // a probe without a response ends the run
    const encode = (body: string) => {
      const encoded = isProbe ? brotliCompressSync(body) : bomb
      isProbe = false
      return encoded
    }
    const found = failures(await run('br', encode))
    expect(found).toHaveLength(2)
    for (const failure of found) expect(failure).toMatch(/response body exceeds 1 MiB$/)
  })
})

test('reports 101 Switching Protocols, after which no response follows, as a failure', async () => {
  await using target = await startProvider(() => ({
    status: 101,
    headers: { connection: 'upgrade', upgrade: 'websocket' },
    body: '',
  }))
  const created = await createTarget({ url: target.url, ...credentials })
  const report = await runCases(created, aRequestAndNoCredentials)
  expect(failures(report)).toEqual([
    expect.stringMatching(
      /: a request: response: no complete response: the connection was closed too early \(\w+\)$/,
    ),
    expect.stringMatching(/: no credentials: 101 status: /),
  ])
})

test('names both error_types if the response is that to another request', async () => {
  const { examples } = safeOperation
  const [received = '', expected = ''] = Object.keys(examples).filter(
    (name) => typeof examples[name]?.trigger === 'object',
  )
  await using target = await startProvider(() => validResponse(safeOperation, received))
  const created = await createTarget({ url: target.url, ...credentials, ...sessions })
  const cases = contractCases.filter(
    ({ operation, example }) => operation === safeOperation && example === expected,
  )
  expect(failures(await runCases(created, cases))).toEqual([
    expect.stringContaining(
      `${examples[expected]?.status} body /error_type: is ${received}; the contract defines ${expected} for this request`,
    ),
  ])
})
