import { contract } from '@connected-apps/contract/operations'
import { coverageLines } from '@connected-apps/contract-tests/reporting'
import type {
  Annotation,
  ReportedCase,
  ReportedSuite,
  ReportView,
} from '@connected-apps/contract-tests/reporting'
import type { OperationTraffic, TrafficReport, TrafficTotals, ViolationCount } from './traffic.ts'

/** Whether something was checked and nothing was wrong. */
export function isPassed({ exchanges, violations, failures }: TrafficTotals): boolean {
  return exchanges > 0 && violations + failures === 0
}

/** The traffic through a proxy, as the reporters show it. */
export function trafficView(traffic: TrafficReport, totals: TrafficTotals): ReportView {
  const { title, version } = contract
  const suites = [...traffic.operations.map(operationSuite), trafficSuite(traffic, totals)]
  const name = `validation proxy of ${title} ${version}`
  const passed = isPassed(totals)
  const verdict = `${passed ? 'PASSED' : 'FAILED'}: ${summaryOf(totals)}`
  const notCalled = traffic.operations.filter(({ exchanges }) => exchanges === 0)
  const operationIds = notCalled.map(({ operationId }) => operationId).join(', ')
  return {
    title: name,
    passed,
    verdict,
    text: textOf(suites, traffic, operationIds, verdict),
    suites,
    annotations: annotationsOf(suites, operationIds),
    coverage: Object.fromEntries(
      traffic.operations.map(({ operationId, coverage }) => [operationId, coverage]),
    ),
  }
}

function summaryOf({ exchanges, violations, failures }: TrafficTotals): string {
  return [
    `checked ${exchanges} exchange(s) against ${contract.title} ${contract.version}, found ${violations} violation(s)`,
    ...(failures > 0 ? [noResponse(failures)] : []),
    ...(exchanges === 0 ? ['nothing was checked, so the result is unknown'] : []),
  ].join('; ')
}

function noResponse(failures: number): string {
  return `${failures} request(s) got no response from the upstream`
}

function operationSuite(operation: OperationTraffic): ReportedSuite {
  const { operationId, exchanges, responded, requests, responses } = operation
  const notCalled = exchanges === 0 ? 'it was not called' : undefined
  const noneReceived = responded === 0 ? 'no response was received' : undefined
  return {
    name: operationId,
    cases: [
      toCase('its requests conform to the contract', requests, notCalled),
      toCase('its responses conform to the contract', responses, notCalled ?? noneReceived),
    ],
  }
}

function trafficSuite({ unmatched }: TrafficReport, totals: TrafficTotals): ReportedSuite {
  const { exchanges, failures } = totals
  const failed = { total: failures, lines: [noResponse(failures)] }
  const unchecked = {
    total: exchanges === 0 ? 1 : 0,
    lines: ['nothing was checked, so the result is unknown'],
  }
  return {
    name: 'the traffic',
    cases: [
      toCase('every request is for an operation of the contract', unmatched),
      toCase('the upstream responds to every request', failed),
      toCase('something is checked', unchecked),
    ],
  }
}

/** A case; skipped if there is a reason why nothing was checked. */
function toCase(
  name: string,
  { total, lines }: ViolationCount,
  skippedBecause?: string,
): ReportedCase {
  if (skippedBecause !== undefined) {
    return { name, outcome: 'skipped', reason: skippedBecause, violations: [], durationMs: 0 }
  }
  const outcome = total === 0 ? 'passed' : 'failed'
  return { name, outcome, violations: total === 0 ? [] : lines, durationMs: 0 }
}

const markers = { passed: 'ok  ', failed: 'FAIL', skipped: '-   ' }

function textOf(
  suites: readonly ReportedSuite[],
  { operations }: TrafficReport,
  notCalled: string,
  verdict: string,
): string {
  const called = operations.filter(({ exchanges }) => exchanges > 0)
  const count = `${called.length}/${operations.length}`
  const lines = [
    ...suites.flatMap(({ name, cases }) =>
      cases.flatMap((each) => [
        `${markers[each.outcome]} ${name}: ${each.name}${each.reason ? ` (skipped: ${each.reason})` : ''}`,
        ...each.violations.map((line) => `       ${line}`),
      ]),
    ),
    '',
    `Coverage of the operations ${count}${notCalled === '' ? '' : `  not covered: ${notCalled}`}`,
    '',
    ...called.flatMap(({ operationId, coverage }) => coverageLines(operationId, coverage)),
    verdict,
  ]
  return `${lines.join('\n')}\n`
}

function annotationsOf(suites: readonly ReportedSuite[], notCalled: string): Annotation[] {
  const failed = suites.flatMap(({ name, cases }) =>
    cases
      .filter(({ outcome }) => outcome === 'failed')
      .map((each) => ({
        level: 'error' as const,
        title: `${name}: ${each.name}`,
        message: each.violations.join('\n'),
      })),
  )
  if (notCalled === '') return failed
  return [
    ...failed,
    { level: 'notice', title: 'operations that were not called', message: notCalled },
  ]
}
