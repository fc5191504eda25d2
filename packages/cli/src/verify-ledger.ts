import { setTimeout as sleep } from 'node:timers/promises'
import type { Authorization, B2BClient } from '@connected-apps/client'
import { toVerdict } from './run/attempt.ts'
import { readLedger } from './ledger/read-ledger.ts'
import { TargetStates } from './ledger/target-states.ts'
import { keyOf } from './target.ts'
import type { AppInOrganization, ConnectedMember, Target } from './target.ts'
import { SeenKeys } from './targets/seen-keys.ts'

/** The result for an app in an Organization. */
export type CheckedList = AppInOrganization &
  (
    | {
        readonly state: 'read'
        /** What people call the app. */
        readonly name: string
        readonly members: readonly ConnectedMember[]
      }
    /** The API knows no such Organization or app. That nobody has access holds only if the ids are right. */
    | { readonly state: 'unknown'; readonly problem: string }
    /** Somebody may be connected. `means` is what the failure implies for the other lists. */
    | {
        readonly state: 'unread'
        readonly problem: string
        readonly means: 'nothing' | 'server down' | 'wrong credentials' | 'wrong session'
      }
    /** The credentials are wrong, or the server is down. */
    | { readonly state: 'not requested' }
  )

export interface VerifyOptions {
  readonly client: B2BClient
  readonly authorization?: Authorization | undefined
  /** Calls per second at most; default 20. */
  readonly rate?: number | undefined
  /** How often a call that fails is sent again; default 5. */
  readonly maxRetries?: number | undefined
}

const MAX_IN_FLIGHT = 8
/** After so many failures in a row that a server which is up does not have, it is down. */
const MAX_FAILURES_IN_A_ROW = 10
const DEFAULT_RATE = 20

/**
 * Asks the API who is connected, with one call for each Organization and app of a ledger: those that
 * have targets, and those in which the search found none. Once the credentials are rejected, or the
 * server is down, no further list is requested. Of each target only a hash
 * is held in memory.
 *
 * @throws {LedgerError} if the file is not a ledger
 */
export async function* verifyLedger(
  path: string,
  { client, authorization, rate = DEFAULT_RATE, maxRetries = 5 }: VerifyOptions,
): AsyncGenerator<CheckedList, void> {
  const targets = new SeenKeys('lines')
  const states = new TargetStates()
  for await (const record of readLedger(path)) {
    states.add(record)
    if (record.type === 'target') targets.add(keyOf(record), states.targets)
  }

  const controller = new AbortController()
  const { signal } = controller
  const check = async (ids: AppInOrganization): Promise<CheckedList> => {
    const result = await client.organizations.tryGetConnectedApp(ids, {
      maxRetries,
      deadlineMs: 120_000,
      signal,
      ...(authorization && { authorization }),
    })
    if (result.ok) {
      const { name, active_members } = result.body
      const members = active_members.map(({ member_id }) => {
        const target = { ...ids, member_id }
        return { ...target, connected: connectionOf(target) }
      })
      return { ...ids, state: 'read', name, members }
    }
    const verdict = toVerdict(result.error)
    const problem = verdict.reason ?? ''
    if (verdict.kind === 'final' && verdict.result === 'not_found') {
      return { ...ids, state: 'unknown', problem }
    }
    if (verdict.kind === 'credentials') {
      const means = verdict.status_code === 401 ? 'wrong credentials' : 'wrong session'
      return { ...ids, state: 'unread', problem, means }
    }
    // A list that is too long for the client came from a server that is up.
    const isTooLong = result.error.kind === 'decode' && result.error.reason === 'size'
    const means = verdict.kind === 'transient' && !isTooLong ? 'server down' : 'nothing'
    return { ...ids, state: 'unread', problem, means }
  }

  const connectionOf = (target: Target): ConnectedMember['connected'] => {
    const position = targets.lineOf(keyOf(target))
    if (position === undefined) return 'unlisted'
    return states.of(position - 1) === 'revoked' ? 'again' : 'still'
  }

  let failuresInARow = 0
  let isStopped = false
  const settle = async (checking: Promise<CheckedList>): Promise<CheckedList> => {
    const list = await checking
    const means = list.state === 'unread' ? list.means : undefined
    failuresInARow = means === 'server down' ? failuresInARow + 1 : 0
    isStopped ||= means === 'wrong credentials' || means === 'wrong session'
    isStopped ||= failuresInARow === MAX_FAILURES_IN_A_ROW
    return list
  }

  const queue: Promise<CheckedList>[] = []
  let nextAt = performance.now()
  try {
    for await (const list of listsOf(path)) {
      if (isStopped) {
        for (const each of queue.splice(0)) yield await settle(each)
        yield { ...list, state: 'not requested' }
        continue
      }
      await sleep(Math.max(0, nextAt - performance.now()))
      nextAt = Math.max(nextAt, performance.now()) + 1000 / rate
      queue.push(check(list)) // never rejects
      const oldest = queue.length < MAX_IN_FLIGHT ? undefined : queue.shift()
      if (oldest !== undefined) yield await settle(oldest)
    }
    for (const each of queue) yield await settle(each)
  } finally {
    controller.abort() // whoever leaves the loop does not wait for what is in flight
  }
}

/** Each Organization that the plan has or was made with, and each app. */
async function* listsOf(path: string): AsyncGenerator<AppInOrganization> {
  const seen = new SeenKeys('lines')
  for await (const record of readLedger(path)) {
    if (record.type === 'planned') return // no target follows
    if (record.type !== 'target' && record.type !== 'searched') continue
    const { organization_id, connected_app_id } = record
    if (seen.add(`${organization_id} ${connected_app_id}`, 1) === undefined) {
      yield { organization_id, connected_app_id }
    }
  }
}
