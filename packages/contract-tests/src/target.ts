import { ConnectedAppsError } from '@connected-apps/client'
import type { ReceivedResponse } from '@connected-apps/contract'
import { statusOf } from '@connected-apps/contract/examples'
import { contractCases } from './cases.ts'
import type { Case } from './cases.ts'
import { CoverageRecorder } from './coverage.ts'
import { checkDocument } from './document.ts'
import { UsageError, resolveSettings, withExampleSessions } from './options.ts'
import type { ContractOptions, RunSettings, Trigger } from './options.ts'
import { detectProfile, preferHeader } from './probe.ts'
import { createRedactor } from './redact.ts'
import { createReport } from './report.ts'
import type { CaseCheck, Report } from './report.ts'
import { canClientSend, createClient, sendWithClient } from './send/client.ts'
import { NoResponseError } from './send/exchange.ts'
import type { Exchange } from './send/exchange.ts'
import { sendRaw } from './send/raw.ts'
import type { CaseRequest } from './send/request.ts'
import { sendWithRetry } from './send/retry-rate-limited.ts'
import { describeViolation, verifyAnyResponse, verifyResponse } from './verify.ts'
import type { ContractViolation } from './verify.ts'

/**
 * Runs the suite against a target, one request at a time.
 *
 * It really revokes the access that the ids in the options identify.
 *
 * @throws UsageError if an option is invalid or nothing responds at the URL
 * @example
 * const report = await runContract({ url: 'http://127.0.0.1:4010', projectId: 'project-test-1', secret: 'secret' })
 * if (!report.passed) process.exitCode = 1
 */
export async function runContract(options: ContractOptions): Promise<Report> {
  return runCases(await createTarget(options), contractCases)
}

/** Runs these cases, one at a time. */
export async function runCases(target: Target, cases: readonly Case[]): Promise<Report> {
  for (const each of cases) await target.check(each)
  return target.report()
}

/** A target that responds and is ready for cases. */
export interface Target {
  /** Sends the request of a case and verifies the response against the contract. */
  check: (given: Case) => Promise<CaseCheck>
  /** The results of all checks so far, including those of the document's own examples. */
  report: () => Report
}

/**
 * Validates the options and makes sure that something responds at the URL.
 *
 * @throws UsageError if an option is invalid or nothing responds
 */
export async function createTarget(options: ContractOptions): Promise<Target> {
  const given = resolveSettings(options)
  assertClientAccepts(given)
  const profile = await detectProfile(given, options.profile ?? 'auto')
  const settings = profile === 'mock' ? withExampleSessions(given) : given
  const recorder = new CoverageRecorder()
  const redact = createRedactor(settings)
  const caseChecks: CaseCheck[] = []

  /** Returns a function that runs the case, or the reason to skip it. */
  function prepare(each: Case): (() => Promise<ContractViolation[]>) | string {
    const request = each.request(settings)
    const usesPrefer = profile === 'mock' && each.dependsOn !== 'request'
    const headers = usesPrefer ? preferHeader(each.example) : {}
    if (typeof request !== 'string') {
      const attempt = () => send(request, settings, headers)
      return async () => verify(await sendWithRetry(each.example, attempt), each)
    }
    const trigger = options.trigger?.[each.example]
    if (trigger !== undefined) return () => runTrigger(trigger, each)
    if (usesPrefer) return async () => verify(await send({}, settings, headers), each)
    return request
  }

  function verify(exchange: Exchange, { example }: Case): ContractViolation[] {
    const violations = verifyResponse(exchange.received, example)
    recorder.record(exchange, { isValid: violations.length === 0 })
    return violations
  }

  /** Verifies every response that the trigger receives, not only the one that it returns. */
  async function runTrigger(trigger: Trigger, { example }: Case): Promise<ContractViolation[]> {
    const violations = new Map<string, ContractViolation>()
    const received = await trigger({
      send: async (): Promise<ReceivedResponse> => {
        const exchange = await send({}, settings)
        const found = verifyAnyResponse(exchange.received)
        recorder.record(exchange, { isValid: found.length === 0 })
        for (const each of found) violations.set(describeViolation(each), each)
        return exchange.received
      },
    })
    for (const each of verifyResponse(received, example)) {
      violations.set(describeViolation(each), each)
    }
    return [...violations.values()]
  }

  async function check(each: Case): Promise<CaseCheck> {
    const result = await runCase(each)
    caseChecks.push(result)
    return result
  }

  async function runCase(each: Case): Promise<CaseCheck> {
    const start = performance.now()
    const status = statusOf(each.example)
    const name = `${status} ${each.example}: ${each.name}`
    const base = { name, group: 'target', status } as const
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
    return createReport({
      target: { url: settings.url, profile },
      documentChecks: checkDocument(),
      caseChecks,
      required: settings.required,
      coverage: recorder.coverage(),
    })
  }

  return { check, report }
}

/** Sends a request as consumers do, with the client, or raw if the client would reject it. */
function send(
  request: CaseRequest,
  settings: RunSettings,
  extraHeaders: Record<string, string> = {},
): Promise<Exchange> {
  const sendRequest = canClientSend(request) ? sendWithClient : sendRaw
  return sendRequest(request, settings, extraHeaders)
}

// Reports settings that the client rejects as a usage error before anything is sent.
function assertClientAccepts(settings: RunSettings): void {
  try {
    createClient(settings, 'given', fetch)
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
