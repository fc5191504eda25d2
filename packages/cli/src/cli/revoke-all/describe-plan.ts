import type { LedgerCounts } from '../../ledger/target-states.ts'
import type { AppsSummary } from '../../targets/apps.ts'
import type { Plan } from '../../targets/plan-targets.ts'
import { formatCount, formatDuration, formatNumber, formatTime } from '../../format.ts'
import type { Connection } from '../connect.ts'
import { printable } from '../terminal/printable.ts'

/** What a run would do and where, besides its plan. */
export interface RunSettings {
  connection: Pick<Connection, 'project_id' | 'baseUrl' | 'isLive'>
  rate: number | undefined
  share: number | undefined
  /** Undefined with `--dry-run`. */
  ledger: string | undefined
}

/** The rates for which the time is estimated if none is given. */
const EXAMPLE_RATES = [10, 100]

/** The plan of a new run, as lines for people. */
export function describePlan(plan: Plan, settings: RunSettings): string {
  const { apps, targets, organizations, members, skipped } = plan
  const leftOut = [
    skipped.duplicate > 0 && formatCount(skipped.duplicate, 'duplicate'),
    skipped.invalid > 0 && `${formatNumber(skipped.invalid)} malformed`,
    skipped.unread > 0 && `${formatCount(skipped.unread, 'list')} not read`,
  ].filter((part) => part !== false)
  return renderFacts([
    [
      'Plan',
      `revoke ${formatCount(targets, 'target')}: ${formatCount(members, 'Member')} in ${formatCount(organizations, 'Organization')}`,
    ],
    describeApps(apps),
    ...describeRun(targets, settings),
    ...(leftOut.length > 0 ? [['Left out', leftOut.join(', ')] as const] : []),
  ])
}

/**
 * What is left of a run, as lines for people.
 *
 * @param repairedLine the line from which on the end of the file was damaged, and was removed
 */
export function describeResume(
  { targets, results, pending, sentWithoutOutcome }: LedgerCounts,
  apps: AppsSummary,
  settings: RunSettings,
  repairedLine?: number,
): string {
  if (pending === 0 && repairedLine === undefined) {
    return `Nothing is left to send: ${formatCount(targets, 'target')} done.\n`
  }
  const found = [
    `${formatNumber(targets - pending)} of ${formatCount(targets, 'target')} done`,
    sentWithoutOutcome > 0 && `${formatNumber(sentWithoutOutcome)} sent without an outcome`,
    results.unknown > 0 && `${formatNumber(results.unknown)} unknown`,
    repairedLine !== undefined && describeRepair(repairedLine),
  ].filter((part) => part !== false)
  return renderFacts([
    ['Found', found.join(', ')],
    ['Plan', `revoke the remaining ${formatCount(pending, 'target')}`],
    describeApps(apps),
    ...describeRun(pending, settings),
  ])
}

/** @param line the line from which on the end of a ledger was removed */
export function describeRepair(line: number): string {
  return `a damaged end, removed from line ${formatNumber(line)} on; nothing in it had been acknowledged`
}

/** How many apps a plan names. */
const MAX_NAMED_APPS = 3

function describeApps({ apps, isMore }: AppsSummary): readonly [string, string] {
  const named = apps.slice(0, MAX_NAMED_APPS).map(({ connected_app_id, name }) => {
    const id = printable(connected_app_id)
    return name === undefined ? id : `${printable(name, 80)} (${id})`
  })
  if (apps.length === 1) return ['App', named.join('')]
  const others = apps.length > MAX_NAMED_APPS ? ', …' : ''
  return ['Apps', `${isMore ? 'more than ' : ''}${apps.length}: ${named.join(', ')}${others}`]
}

function describeRun(
  calls: number,
  { connection, rate, share, ledger }: RunSettings,
): (readonly [string, string])[] {
  const { baseUrl, project_id, isLive } = connection
  const part = share === undefined ? '90%' : `${formatNumber(share * 100)}%`
  const timeAt = (perSecond: number): string => {
    const ms = (calls / perSecond) * 1000
    return ms < 500 ? 'less than 1 s' : formatDuration(ms)
  }
  return [
    ['API', `${printable(baseUrl)}, project ${printable(project_id)}${isLive ? ' (live)' : ''}`],
    ['Calls', `${formatNumber(calls)}, one for each target`],
    rate === undefined
      ? ['Rate', `automatic: ${part} of what the API lets through`]
      : ['Rate', `at most ${formatNumber(rate)} per second`],
    rate === undefined
      ? ['Takes', EXAMPLE_RATES.map((each) => `${timeAt(each)} at ${each} per second`).join(', ')]
      : ['Until', `about ${formatTime(Date.now() + (calls / rate) * 1000)}, in ${timeAt(rate)}`],
    ['Ledger', ledger === undefined ? 'none (--dry-run)' : printable(ledger)],
  ]
}

function renderFacts(facts: readonly (readonly [string, string])[]): string {
  return facts.map(([name, value]) => `${name.padEnd(9)} ${value}\n`).join('')
}
