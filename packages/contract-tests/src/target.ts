import { ConnectedAppsError } from '@connected-apps/client'
import type { ReceivedResponse } from '@connected-apps/contract'
import { statusOf } from '@connected-apps/contract/examples'
import type { Case } from './case.ts'
import type { CaseCheck } from './check.ts'
import { CoverageRecorder } from './coverage.ts'
import { checkDocument } from './document.ts'
import type { Exchange } from './exchange.ts'
import { NoAnswerError } from './exchange.ts'
import { describeFinding } from './finding.ts'
import type { Finding } from './finding.ts'
import { findingsIn, judge } from './judge.ts'
import type { ContractOptions, Provoke } from './options.ts'
import { sendPatiently } from './patience.ts'
import { preferenceFor } from './prefer.ts'
import { probe } from './probe.ts'
import { redactor } from './redact.ts'
import { reportOf, requiredStatuses } from './report.ts'
import type { Report } from './report.ts'
import { settingsOf, withExampleSessions } from './run-settings.ts'
import type { RunSettings } from './run-settings.ts'
import { clientFor } from './send-by-client.ts'
import { send } from './send.ts'
import { UsageError } from './usage-error.ts'

/** A target that answered, ready for cases. */
export interface Target {
  /** Sends what the case says and holds the answer against the contract. */
  check: (given: Case) => Promise<CaseCheck>
  /** What the checks so far have found, with those of the document's own examples. */
  report: () => Report
}

/**
 * Checks the options and that something answers at the URL.
 *
 * @throws UsageError what is wrong, and what to do
 */
export async function openTarget(options: ContractOptions): Promise<Target> {
  const required = requiredStatuses(options.require)
  const given = settingsOf(options)
  refuseWhatTheClientRefuses(given)
  const profile = await probe(given, options.profile ?? 'auto')
  const settings = profile === 'mock' ? withExampleSessions(given) : given
  const recorder = new CoverageRecorder()
  const redact = redactor(settings)
  const caseChecks: CaseCheck[] = []

  // How to bring about the answer of a case, or in words why it can't be.
  function attemptOf(each: Case): (() => Promise<Finding[]>) | string {
    const request = each.request(settings)
    const preference = asksByPrefer(each) ? preferenceFor(each.example) : {}
    if (typeof request !== 'string') {
      return async () =>
        judged(await sendPatiently(each, () => send(request, settings, preference)), each)
    }
    const provoke = options.provoke?.[each.example]
    if (provoke !== undefined) return () => provoked(provoke, each)
    if (asksByPrefer(each)) return async () => judged(await send({}, settings, preference), each)
    return request
  }

  function asksByPrefer({ dependsOn }: Case): boolean {
    return profile === 'mock' && dependsOn !== 'request'
  }

  function judged(exchange: Exchange, { example }: Case): Finding[] {
    const findings = judge(exchange.received, example)
    recorder.record(exchange, findings.length === 0)
    return findings
  }

  // Every answer on the way has to be right too, whatever its status.
  async function provoked(provoke: Provoke, { example }: Case): Promise<Finding[]> {
    const findings = new Map<string, Finding>()
    const received = await provoke({
      send: async (): Promise<ReceivedResponse> => {
        const exchange = await send({}, settings)
        const wrong = findingsIn(exchange.received)
        recorder.record(exchange, wrong.length === 0)
        for (const each of wrong) findings.set(describeFinding(each), each)
        return exchange.received
      },
    })
    for (const each of judge(received, example)) findings.set(describeFinding(each), each)
    return [...findings.values()]
  }

  async function check(each: Case): Promise<CaseCheck> {
    const result = await checkCase(each)
    caseChecks.push(result)
    return result
  }

  async function checkCase(each: Case): Promise<CaseCheck> {
    const start = performance.now()
    const base = {
      name: `${statusOf(each.example)} ${each.example}: ${each.name}`,
      group: 'target',
      status: statusOf(each.example),
    } as const
    const attempt = attemptOf(each)
    if (typeof attempt === 'string') {
      return { ...base, outcome: 'not provoked', findings: [], reason: attempt, durationMs: 0 }
    }
    const findings = await attempt().catch((error: unknown) => [findingOf(error)])
    return {
      ...base,
      outcome: findings.length === 0 ? 'passed' : 'failed',
      findings: findings.map((found) => ({ ...found, message: redact(found.message) })),
      durationMs: Math.round(performance.now() - start),
    }
  }

  function report(): Report {
    return reportOf({
      target: { url: settings.url, profile },
      documentChecks: checkDocument(),
      caseChecks,
      required,
      coverage: recorder.coverage(),
    })
  }

  return { check, report }
}

// So that it is known before anything is sent.
function refuseWhatTheClientRefuses(settings: RunSettings): void {
  try {
    clientFor(settings, 'given', fetch)
  } catch (error) {
    if (!(error instanceof ConnectedAppsError)) throw error
    throw new UsageError(error.message, { cause: error })
  }
}

// Whatever else is thrown is a bug, here or in a `provoke` of the caller's.
function findingOf(error: unknown): Finding {
  if (!(error instanceof NoAnswerError)) throw error
  return { status: undefined, part: 'answer', where: '', message: error.message }
}
