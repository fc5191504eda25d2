import { ConnectedAppsError } from '@connected-apps/client'
import type { ExampleName, Operation, ReceivedResponse } from '@connected-apps/contract'
import { createRedactor, waitForResponse } from '@connected-apps/node-http'
import { contractCases } from './cases.ts'
import type { Case } from './cases.ts'
import { CoverageRecorder } from './coverage.ts'
import { checkDocument } from './document.ts'
import { UsageError, resolveSettings } from './options.ts'
import type { ContractOptions, RunSettings, Trigger } from './options.ts'
import { rejectWrongAccess } from './access.ts'
import { detectProfile, preferHeader } from './probe.ts'
import { createReport } from './report.ts'
import type { CaseCheck, Report } from './report.ts'
import { canClientSend, connect, sendWithClient } from './send/client.ts'
import { NoResponseError } from './send/exchange.ts'
import type { Exchange } from './send/exchange.ts'
import { sendRaw } from './send/raw.ts'
import { basicCredentials } from './send/request.ts'
import type { CaseRequest } from './send/request.ts'
import { sendWithRetry } from './send/retry-rate-limited.ts'
import { describeViolation, verifyAnyResponse, verifyResponse } from './verify.ts'
import type { ContractViolation } from './verify.ts'

/**
 * Runs the suite against a target, one request at a time.
 *
 * The operations really take effect on what the ids in the options identify: access is revoked.
 *
 * @throws {UsageError} if an option is invalid, nothing responds at the URL, or the target rejects
 *   the credentials or does not have the ids
 * @example
 * const report = await runContract({ url: 'http://127.0.0.1:4010', projectId: 'project-test-1', secret: 'secret' })
 * if (!report.passed) process.exitCode = 1
 */
export async function runContract(options: ContractOptions): Promise<Report> {
  const target = await createTarget(options)
  await target.checkAccess()
  return runCases(target, contractCases)
}

/** Runs those of the cases whose operation the options select, one at a time. */
export async function runCases(target: Target, cases: readonly Case[]): Promise<Report> {
  for (const each of cases) {
    if (target.selects(each)) await target.check(each)
  }
  return target.report()
}

/** A target that responds and is ready for cases. */
export interface Target {
  /** Checks that the target accepts the credentials and has the ids. Throws a {@link UsageError}. */
  checkAccess: () => Promise<void>
  /** Whether the options select the operation of a case. */
  selects: (given: Case) => boolean
  /** Sends the request of a case and verifies the response against the contract. */
  check: (given: Case) => Promise<CaseCheck>
  /** The results of all checks so far, including those of the document's own examples. */
  report: () => Report
}

/**
 * Validates the options, and checks that something responds at the URL.
 *
 * @throws {UsageError} if an option is invalid or nothing responds
 */
export async function createTarget(options: ContractOptions): Promise<Target> {
  const settings = resolveSettings(options)
  assertClientAccepts(settings)
  // If the target does not respond in time, the probe fails.
  if (settings.waitMs > 0) await waitForResponse(settings.url, settings.waitMs)
  const profile = await detectProfile(settings, options.profile ?? 'auto')
  const recorders = new Map(
    settings.operations.map((operation) => [operation, new CoverageRecorder(operation)]),
  )
  const redact = createRedactor([
    settings.secret,
    // The target may echo the header, from which the secret can be decoded.
    basicCredentials('given', settings),
    basicCredentials('a wrong secret', settings),
    ...Object.values(settings.sessions),
  ])
  const caseChecks: CaseCheck[] = []

  /** Returns a function that runs the case, or the reason to skip it. */
  function prepare(each: Case): (() => Promise<ContractViolation[]>) | string {
    const { operation, example } = each
    const request =
      typeof each.request === 'function' ? each.request(settings, profile) : each.request
    const usesPrefer = profile === 'mock' && each.dependsOn !== 'request'
    const headers = usesPrefer ? preferHeader(operation, example) : {}
    if (typeof request !== 'string') {
      const attempt = () => send(operation, { ...request, headers }, settings)
      return async () => verify(await sendWithRetry(each, attempt), each)
    }
    // Safe: it is the name of an example in the contract.
    const trigger = options.trigger?.[example as ExampleName]
    if (trigger !== undefined) return () => runTrigger(trigger, each)
    if (usesPrefer) return async () => verify(await send(operation, { headers }, settings), each)
    return request
  }

  function verify(exchange: Exchange, { operation, example }: Case): ContractViolation[] {
    const violations = verifyResponse(operation, exchange.received, example)
    const isValid = violations.length === 0
    recorders.get(operation)?.record(exchange, { isValid, expected: example })
    return violations
  }

  /** Verifies every response that the trigger receives, not only the one that it returns. */
  async function runTrigger(trigger: Trigger, each: Case): Promise<ContractViolation[]> {
    const { operation, example } = each
    const violations = new Map<string, ContractViolation>()
    const exchanges: Exchange[] = []
    const returned = await trigger({
      operation,
      send: async (): Promise<ReceivedResponse> => {
        const exchange = await send(operation, {}, settings)
        exchanges.push(exchange)
        const found = verifyAnyResponse(operation, exchange.received)
        recorders.get(operation)?.record(exchange, { isValid: found.length === 0 })
        for (const violation of found) violations.set(describeViolation(violation), violation)
        return exchange.received
      },
    })
    const last = exchanges.find(({ received }) => received === returned)
    const found =
      last === undefined ? verifyResponse(operation, returned, example) : verify(last, each)
    for (const violation of found) violations.set(describeViolation(violation), violation)
    return [...violations.values()]
  }

  async function check(each: Case): Promise<CaseCheck> {
    const result = await runCase(each)
    caseChecks.push(result)
    return result
  }

  async function runCase(each: Case): Promise<CaseCheck> {
    const start = performance.now()
    const { operation, status, example } = each
    const name = `${status} ${example}: ${each.name}`
    const base = { operation: operation.operationId, name, status, example }
    const run = prepare(each)
    if (typeof run === 'string') {
      return { ...base, outcome: 'skipped', violations: [], reason: run, durationMs: 0 }
    }
    const violations = await run().catch((error: unknown) => [toViolation(error)])
    return {
      ...base,
      outcome: violations.length === 0 ? 'passed' : 'failed',
      violations: violations.map((found) => ({ ...found, message: redact(found.message) })),
      durationMs: Math.round(performance.now() - start),
    }
  }

  function report(): Report {
    const coverage: Report['coverage'] = {}
    for (const [{ operationId }, recorder] of recorders) coverage[operationId] = recorder.coverage()
    const documentChecks = checkDocument(settings.operations)
    return createReport({ settings, profile, documentChecks, caseChecks, coverage })
  }

  // A mock accepts any credentials and ids.
  const checkAccess = async () => {
    if (profile === 'remote')
      await rejectWrongAccess(settings, (operation) => send(operation, {}, settings))
  }

  return { checkAccess, selects: ({ operation }) => recorders.has(operation), check, report }
}

/** Sends a request as consumers do, with the client, or raw if the client would reject it. */
function send(
  operation: Operation,
  request: CaseRequest,
  settings: RunSettings,
): Promise<Exchange> {
  const sendRequest = canClientSend(operation, request, settings) ? sendWithClient : sendRaw
  return sendRequest(operation, request, settings)
}

// Reports settings that the client rejects as a usage error before anything is sent.
function assertClientAccepts(settings: RunSettings): void {
  try {
    connect(settings, 'given', fetch)
  } catch (error) {
    if (!(error instanceof ConnectedAppsError)) throw error
    throw new UsageError(error.message, { cause: error })
  }
}

// Any other error is a bug, either in this package or in the caller's trigger.
function toViolation(error: unknown): ContractViolation {
  if (!(error instanceof NoResponseError)) throw error
  return { status: undefined, part: 'response', where: '', message: error.message }
}
