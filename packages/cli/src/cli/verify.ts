import { formatCount } from '../format.ts'
import { LedgerError } from '../ledger/ledger-error.ts'
import { openLedger } from '../ledger/open-ledger.ts'
import type { VerifiedRecord } from '../ledger/records.ts'
import { countConnected, describeVerification } from '../report/describe-verification.ts'
import { summarizeLedger } from '../report/summarize-ledger.ts'
import { nameApp } from '../target.ts'
import type { ConnectedMember, NamedApp } from '../target.ts'
import type { CheckedList } from '../verify-ledger.ts'
import { verifyLedger } from '../verify-ledger.ts'
import { connect } from './connect.ts'
import type { ConnectionOptions } from './connect.ts'
import { PROJECT_VARIABLES, SESSION_VARIABLES } from './explain-error.ts'
import { describeFailure, Failing } from './failing.ts'
import { readIncident, rejectOtherIncident } from './incident.ts'
import { describeRepair } from './revoke-all/describe-plan.ts'
import { LiveLine } from './terminal/live-line.ts'
import { write } from './terminal/output.ts'
import { jsonLine, printable, quoteArgument } from './terminal/printable.ts'

export interface VerifyCommandOptions extends ConnectionOptions {
  rate?: number
  json?: boolean
}

/** How many of those who are connected the ledger holds, whose lines have a bound; a list of them is printed. */
const MAX_RECORDED = 200
const MAX_RECORDED_ID_LENGTH = 128
/** Of how many apps the ledger holds the names. */
const MAX_NAMED = 20

/** Prints who is connected, of the targets of a ledger and besides them, and adds it to the ledger. */
export async function runVerify(path: string, options: VerifyCommandOptions): Promise<void> {
  const { rate, json = false } = options
  const connection = await connect(options)
  rejectOtherIncident(await readIncident(path), connection)
  const { client, callOptions } = connection
  const counts = {
    lists: 0,
    again: 0,
    still: 0,
    unlisted: 0,
    unknown: 0,
    unread: 0,
    notRequested: 0,
  }
  const apps = new Map<string, NamedApp>()
  const members: ConnectedMember[] = []
  const failing = new Failing()
  const stopObserving = failing.observe(connection)
  const progress = new LiveLine(
    () => {
      const { failure } = failing
      const checked = `Checking: ${formatCount(counts.lists + counts.unknown + counts.unread, 'list')}`
      return failure === undefined ? checked : `${checked}, ${describeFailure(failure)}`
    },
    { isQuiet: json },
  )
  let stopped: string | undefined
  let advice: string | undefined
  for await (const list of verifyLedger(path, { client, ...callOptions, rate })) {
    if (list.state === 'not requested') {
      counts.notRequested += 1
      stopped ??= 'the server seems to be down'
      continue
    }
    const { organization_id, connected_app_id } = list
    if (list.state !== 'read') {
      counts[list.state] += 1
      const { state, problem } = list
      if (list.state === 'unread') {
        advice = adviseOnUnread(list.means, connection.baseUrl) ?? advice
        if (list.means === 'wrong credentials') stopped ??= 'the API rejects the credentials'
        if (list.means === 'wrong session') stopped ??= 'the API rejects the session'
      }
      if (json) write(jsonLine({ organization_id, connected_app_id, list: state, problem }))
      else progress.print(`${state} ${printable(organization_id)}: ${printable(problem)}`)
      continue
    }
    counts.lists += 1
    if (apps.size < MAX_NAMED) apps.set(connected_app_id, nameApp(connected_app_id, list.name))
    for (const member of list.members) {
      counts[member.connected] += 1
      if (members.length < MAX_RECORDED) members.push(shorten(member))
      progress.clear()
      const ids = [organization_id, member.member_id, connected_app_id].map((id) => printable(id))
      write(json ? jsonLine(member) : `${member.connected.padEnd(8)}  ${ids.join('  ')}\n`)
    }
  }
  stopObserving()
  progress.stop('clear')
  const at = Date.now()
  const verified: VerifiedRecord = { type: 'verified', at, counts, stopped, connected: members }
  const connected = countConnected(counts)
  write(
    json
      ? jsonLine({ summary: { ledger: path, ...counts, connected, stopped } })
      : describeVerification(verified, {
          ...(await describeLedger(path, counts.still > 0)),
          ledger: quoteArgument(path),
          advice,
        })
          .map((line) => `${line}\n`)
          .join(''),
  )
  process.exitCode = exitCodeOf(counts, connected)
  await record(path, [...apps.values()], verified)
}

/** What to do about a list that could not be read. */
function adviseOnUnread(
  means: Extract<CheckedList, { state: 'unread' }>['means'],
  baseUrl: string,
): string | undefined {
  if (means === 'wrong credentials') return `check ${PROJECT_VARIABLES}`
  if (means === 'wrong session') return `check ${SESSION_VARIABLES}`
  return means === 'server down' ? `try again, or check the URL ${printable(baseUrl)}` : undefined
}

/** What a resume would send; it is read only for the advice on those who are still connected. */
async function describeLedger(
  path: string,
  isNeeded: boolean,
): Promise<{ pending: number; isRunning: boolean }> {
  return isNeeded ? await summarizeLedger(path) : { pending: 0, isRunning: false }
}

/** What the API chose must not make the line of a record too long. */
function shorten(member: ConnectedMember): ConnectedMember {
  return { ...member, member_id: member.member_id.slice(0, MAX_RECORDED_ID_LENGTH) }
}

/** Adds the result to the ledger, for the report. The result holds even if that is impossible. */
async function record(
  path: string,
  apps: readonly NamedApp[],
  verified: VerifiedRecord,
): Promise<void> {
  try {
    const ledger = await openLedger(path)
    if (ledger.repairedLine !== undefined) {
      process.stderr.write(`Found ${describeRepair(ledger.repairedLine)}.\n`)
    }
    await ledger.recordVerified(apps, verified).finally(() => ledger.close())
  } catch (error) {
    if (!(error instanceof LedgerError)) throw error
    process.stderr.write(`The report will not have this result: ${printable(error.message, 600)}\n`)
  }
}

/** 0 proves that nobody is connected, so that nothing may be left open. */
function exitCodeOf(
  { unknown, unread, notRequested }: VerifiedRecord['counts'],
  connected: number,
): number {
  if (connected > 0) return 1
  if (unread + notRequested > 0) return 3
  return unknown > 0 ? 1 : 0
}
