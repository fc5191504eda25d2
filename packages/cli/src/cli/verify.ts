import { formatCount, formatNumber } from '../format.ts'
import { verifyLedger } from '../verify-ledger.ts'
import { connect } from './connect.ts'
import type { ConnectionOptions } from './connect.ts'
import { readIncident, rejectOtherIncident } from './incident.ts'
import { LiveLine } from './terminal/live-line.ts'
import { write } from './terminal/output.ts'
import { jsonLine, printable } from './terminal/printable.ts'

export interface VerifyCommandOptions extends ConnectionOptions {
  rate?: number
  json?: boolean
}

/** Says who is connected, of the targets of a ledger and besides them. */
export async function runVerify(path: string, options: VerifyCommandOptions): Promise<void> {
  const { rate, json = false } = options
  const connection = await connect(options)
  rejectOtherIncident(await readIncident(path), connection)
  const { client, callOptions } = connection
  const counts = { lists: 0, again: 0, still: 0, unlisted: 0, unknown: 0, unread: 0, notAsked: 0 }
  const progress = new LiveLine(
    () => `Checking: ${formatCount(counts.lists + counts.unknown + counts.unread, 'list')}`,
    { isQuiet: json },
  )
  let stopped: string | undefined
  for await (const list of verifyLedger(path, { client, ...callOptions, rate })) {
    if (list.state === 'not asked') {
      counts.notAsked += 1
      stopped ??= 'the server seems to be down'
      continue
    }
    if (list.state !== 'read') {
      counts[list.state] += 1
      const { state, problem, organization_id, connected_app_id } = list
      if (state === 'unread' && list.means === 'wrong credentials') {
        stopped ??= 'the API rejects the credentials'
      }
      if (json) write(jsonLine({ organization_id, connected_app_id, list: state, problem }))
      else progress.print(`${state} ${printable(organization_id)}: ${printable(problem)}`)
      continue
    }
    counts.lists += 1
    for (const member of list.members) {
      counts[member.connected] += 1
      const { connected, organization_id, member_id, connected_app_id } = member
      progress.clear()
      const ids = [organization_id, member_id, connected_app_id].map((id) => printable(id))
      write(json ? jsonLine(member) : `${connected.padEnd(8)}  ${ids.join('  ')}\n`)
    }
  }
  progress.stop('clear')
  const connected = counts.again + counts.still + counts.unlisted
  if (json) write(jsonLine({ ...counts, connected, ...(stopped !== undefined && { stopped }) }))
  else write(summarize(counts, connected, stopped))
  process.exitCode = exitCodeOf(counts, connected)
}

type Counts = Record<
  'lists' | 'again' | 'still' | 'unlisted' | 'unknown' | 'unread' | 'notAsked',
  number
>

/** 0 proves that nobody is connected, so that nothing may be left open. */
function exitCodeOf({ unknown, unread, notAsked }: Counts, connected: number): number {
  if (connected > 0) return 1
  if (unread + notAsked > 0) return 3
  return unknown > 0 ? 1 : 0
}

function summarize(counts: Counts, connected: number, stopped: string | undefined): string {
  const { lists, again, still, unlisted, unknown, unread, notAsked } = counts
  const isComplete = unknown + unread + notAsked === 0
  const read = `Read ${formatCount(lists, 'list')}, one for each Organization and app`
  const found =
    connected === 0
      ? isComplete
        ? 'nobody is connected'
        : '0 connected'
      : `${formatNumber(connected)} connected (${formatNumber(again)} again, ${formatNumber(still)} still, ${formatNumber(unlisted)} unlisted)`
  const lines = [`${read}: ${found}.`]
  if (again > 0) {
    lines.push(
      'Those connected again need a new revoke-all with a new ledger; --resume sends nothing that was revoked.',
    )
  }
  if (unknown > 0) {
    lines.push(
      `${formatNumber(unknown)} unknown to the API: no such Organization or app, so check that the ids are right.`,
    )
  }
  if (unread > 0) {
    lines.push(`${formatNumber(unread)} could not be read, so somebody there may be connected.`)
  }
  if (stopped !== undefined) lines.push(`Stopped: ${stopped}.`)
  if (notAsked > 0) lines.push(`${formatNumber(notAsked)} not asked.`)
  return lines.map((line) => `${line}\n`).join('')
}
