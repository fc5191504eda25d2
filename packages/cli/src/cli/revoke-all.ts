import { rm } from 'node:fs/promises'
import { ConnectedAppsError } from '@connected-apps/client'
import { createLedger } from '../ledger/create-ledger.ts'
import { openLedger } from '../ledger/open-ledger.ts'
import type { Ledger } from '../ledger/open-ledger.ts'
import { Apps } from '../targets/apps.ts'
import type { AppsSummary } from '../targets/apps.ts'
import { planTargets } from '../targets/plan-targets.ts'
import type { Plan } from '../targets/plan-targets.ts'
import { readLedger } from '../ledger/read-ledger.ts'
import { formatCount } from '../format.ts'
import { describeUnread } from '../report/describe.ts'
import { TargetStates } from '../ledger/target-states.ts'
import type { LedgerCounts } from '../ledger/target-states.ts'
import { prepareConfirm } from './terminal/confirm.ts'
import type { Confirm } from './terminal/confirm.ts'
import { connect } from './connect.ts'
import type { Connection, ConnectionOptions } from './connect.ts'
import { readIncident, rejectOtherIncident } from './incident.ts'
import { write } from './terminal/output.ts'
import { describePlan, describeResume } from './revoke-all/describe-plan.ts'
import { jsonLine, printable } from './terminal/printable.ts'
import { createHints } from './revoke-all/hints.ts'
import { InterruptedError, readLines } from './revoke-all/read-source.ts'
import { runLedger } from './revoke-all/run-ledger.ts'
import type { RunEnd } from './revoke-all/run-ledger.ts'
import { describeEnd, toJsonSummary } from './revoke-all/describe-end.ts'
import { chooseSource } from './revoke-all/target-source.ts'
import type { SourceOptions, TargetSource } from './revoke-all/target-source.ts'

export interface RevokeAllCommandOptions extends ConnectionOptions, SourceOptions {
  ledger?: string
  dryRun?: boolean
  skipInvalid?: boolean
  yes?: boolean
  yesLive?: boolean
  rate?: number
  share?: number
  json?: boolean
  quiet?: boolean
}

const EXIT_CODE_OF = { finished: 0, interrupted: 130, unavailable: 3, ledger: 3 } as const

/** Plans, asks, revokes, and lists what was not revoked. */
export async function runRevokeAll(options: RevokeAllCommandOptions): Promise<void> {
  const source = chooseSource(options)
  const connection = await connect(options)
  const { dryRun = false, yes, yesLive } = options
  const { project_id, isLive } = connection
  const isInputUsed = source?.isInputUsed ?? false
  const prepare = (): Confirm =>
    dryRun
      ? () => Promise.resolve(false)
      : prepareConfirm({ project_id, isLive, yes, yesLive, isInputUsed })
  try {
    if (source === undefined) await resume(options.resume ?? '', connection, options, prepare)
    else await start(source, connection, options, prepare())
  } catch (error) {
    if (!(error instanceof InterruptedError)) throw error
    decline()
  }
}

/** Adds to the error of a failed search that nothing was revoked. */
function rejectSearch(error: unknown): never {
  if (error instanceof ConnectedAppsError) printNotice('Nothing was sent: the search failed.\n')
  throw error
}

async function start(
  source: TargetSource,
  connection: Connection,
  options: RevokeAllCommandOptions,
  confirm: Confirm,
): Promise<void> {
  const { dryRun = false, skipInvalid, rate, share, quiet = false } = options
  const path = options.ledger ?? defaultLedger(new Date())
  const lines = readLines(source, connection, quiet)
  const { baseUrl, project_id } = connection
  const incident = { createdAt: Date.now(), baseUrl, project_id, source: source.name }
  const planOptions = { skipInvalid, isSearch: source.isSearch }
  const planning = dryRun
    ? planTargets(lines, planOptions).then((planned) => ({ plan: planned, unlock: undefined }))
    : createLedger(path, incident, lines, planOptions)
  const { plan, unlock } = await planning.catch(rejectSearch)
  let ledger: Ledger | undefined
  try {
    printNotice(describeProblems(plan, !dryRun && plan.isRunnable))
    if (plan.isEmpty) {
      const { unread } = plan.skipped
      const missed = unread === 0 ? '' : `, but ${describeUnread(unread)}`
      printNotice(`Nobody in these Organizations uses the app${missed}; nothing was sent.\n`)
      process.exitCode = unread === 0 ? 0 : 1
      return
    }
    if (!plan.isRunnable) {
      printNotice(`Nothing was sent. ${adviseOnPlan(plan, source)}\n`)
      process.exitCode = 2
      return
    }
    printNotice(describePlan(plan, { connection, rate, share, ledger: dryRun ? undefined : path }))
    if (dryRun) return
    if (await confirm(`revoke ${formatCount(plan.targets, 'target')}`)) {
      ledger = await openLedger(path, unlock)
    } else {
      // The ledger of a declined plan would only be in the way of the next one.
      await rm(path, { force: true })
      decline()
    }
  } finally {
    if (ledger === undefined) await unlock?.()
  }
  if (ledger !== undefined) await run(ledger, path, connection, options)
}

async function resume(
  path: string,
  connection: Connection,
  options: RevokeAllCommandOptions,
  prepare: () => Confirm,
): Promise<void> {
  const { dryRun = false, rate, share } = options
  const settings = { connection, rate, share, ledger: path }
  rejectOtherIncident(await readIncident(path), connection)
  if (dryRun) {
    const { counts, apps } = await readCounts(path)
    return printNotice(describeResume(counts, apps, settings))
  }
  const ledger = await openLedger(path)
  const { pending } = ledger.counts
  let confirm: Confirm | undefined
  try {
    // Without a terminal, a run that is finished can still be resumed: it has nothing to confirm.
    if (pending > 0) confirm = prepare()
  } catch (error) {
    await ledger.close()
    throw error
  }
  printNotice(describeResume(ledger.counts, ledger.apps, settings, ledger.repairedLine))
  const action = `revoke the remaining ${formatCount(pending, 'target')}`
  if (confirm === undefined || (await confirm(action)))
    return run(ledger, path, connection, options)
  await ledger.close()
  decline()
}

/** What a resume would find, without a lock and without a change of the file. */
async function readCounts(path: string): Promise<{ counts: LedgerCounts; apps: AppsSummary }> {
  const states = new TargetStates()
  const apps = new Apps()
  for await (const record of readLedger(path)) {
    states.add(record)
    apps.addFrom(record)
  }
  return { counts: states.count(), apps: apps.summarize() }
}

async function run(
  ledger: Ledger,
  path: string,
  connection: Connection,
  options: RevokeAllCommandOptions,
): Promise<void> {
  const { rate, share, json = false, quiet = false } = options
  const hints = createHints(path, options)
  const end = await runLedger(ledger, { connection, rate, share, json, quiet, hints })
  write(json ? jsonLine(toJsonSummary(end, path)) : describeEnd(end, hints))
  const { unread } = ledger.skipped
  if (unread > 0) {
    printNotice(
      `${describeUnread(unread)}, so somebody may be missing; for their names: ${hints.report}\n`,
    )
  }
  process.exitCode = exitCodeOf(end, unread)
}

function exitCodeOf({ reason, counts, targets }: RunEnd, unread: number): number {
  if (reason !== 'finished') return EXIT_CODE_OF[reason]
  return counts.revoked === targets && unread === 0 ? 0 : 1
}

function decline(): void {
  printNotice('Nothing was sent.\n')
  process.exitCode = 130
}

/** What was wrong with lines of the source. */
function describeProblems({ problems, skipped }: Plan, isInLedger: boolean): string {
  const omitted = skipped.invalid + skipped.duplicate + skipped.unread - problems.length
  const lines = groupProblems(problems).map(({ first, last, problem }) => {
    const name = first === last ? `line ${first}` : `lines ${first} to ${last}`
    return `${name}: ${problem}\n`
  })
  if (omitted > 0) {
    const where = isInLedger ? '; the ledger names all of them' : ''
    lines.push(`and ${formatCount(omitted, 'line')} more${where}\n`)
  }
  return lines.join('')
}

/** Lines that follow each other and have the same problem, such as a column that all of them lack. */
function groupProblems(
  problems: Plan['problems'],
): { first: number; last: number; problem: string }[] {
  const groups: { first: number; last: number; problem: string }[] = []
  for (const { line, problem } of problems) {
    const group = groups.at(-1)
    if (group?.problem === problem && group.last + 1 === line) group.last = line
    else groups.push({ first: line, last: line, problem })
  }
  return groups
}

function adviseOnPlan({ targets, searched, problems }: Plan, source: TargetSource): string {
  if (problems.length === 0) {
    const file = source.file === '-' ? 'Standard input' : printable(source.file)
    return `${file} has no ${source.isSearch ? 'Organizations' : 'targets'}.`
  }
  const isIncomplete = problems.some(({ isLast }) => isLast)
  if (targets + searched === 0 || isIncomplete) return 'Correct the lines.'
  return 'Correct the lines, or pass --skip-invalid to leave them out.'
}

/** Writes to standard error, since standard output has only results. */
function printNotice(text: string): void {
  process.stderr.write(text)
}

/** `incident-2026-11-27-124530.jsonl`, in the current directory. */
function defaultLedger(now: Date): string {
  const time = now.toISOString().slice(0, 19).replace('T', '-').replaceAll(':', '')
  return `incident-${time}.jsonl`
}
