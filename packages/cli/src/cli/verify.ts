import { formatCount } from '../format.ts'
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

/** So many failures in a row mean that the server is down. */
const MAX_FAILURES_IN_A_ROW = 10

/** Says who is connected, of the targets of a ledger and besides them. */
export async function runVerify(path: string, options: VerifyCommandOptions): Promise<void> {
  const { rate, json = false } = options
  const connection = await connect(options)
  rejectOtherIncident(await readIncident(path), connection)
  const { client, callOptions } = connection
  const counts = { lists: 0, again: 0, still: 0, unlisted: 0, unread: 0 }
  let failuresInARow = 0
  const progress = new LiveLine(
    () => `Checking: ${formatCount(counts.lists + counts.unread, 'list')}`,
    { isQuiet: json },
  )
  let stopped: string | undefined
  for await (const list of verifyLedger(path, { client, ...callOptions, rate })) {
    if ('problem' in list) {
      counts.unread += 1
      failuresInARow += 1
      const { isFinal, problem, ...ids } = list
      if (json) write(jsonLine({ ...ids, problem }))
      else progress.print(`unread ${printable(list.organization_id)}: ${printable(problem)}`)
      if (isFinal || failuresInARow === MAX_FAILURES_IN_A_ROW) {
        stopped = isFinal ? 'the API rejects the credentials' : 'the server seems to be down'
        break
      }
      continue
    }
    failuresInARow = 0
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
  else write(summarize(counts, stopped))
  process.exitCode = connected > 0 ? 1 : counts.unread > 0 ? 3 : 0
}

function summarize(
  counts: Record<'lists' | 'again' | 'still' | 'unlisted' | 'unread', number>,
  stopped: string | undefined,
): string {
  const { lists, again, still, unlisted, unread } = counts
  const connected = again + still + unlisted
  const read = `Read ${formatCount(lists, 'list')}, one for each Organization and app`
  const lines = [
    connected === 0
      ? `${read}: nobody is connected.`
      : `${read}: ${connected} connected (${again} again, ${still} still, ${unlisted} unlisted).`,
  ]
  if (unread > 0) lines.push(`${unread} could not be read, so somebody there may be connected.`)
  if (stopped !== undefined) lines.push(`Stopped: ${stopped}.`)
  return lines.map((line) => `${line}\n`).join('')
}
