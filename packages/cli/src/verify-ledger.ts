import { setTimeout as sleep } from 'node:timers/promises'
import type { Authorization, B2BClient } from '@connected-apps/client'
import { toVerdict } from './run/attempt.ts'
import { readLedger } from './ledger/read-ledger.ts'
import { TargetStates } from './ledger/target-states.ts'
import { keyOf } from './target.ts'
import type { Target } from './target.ts'
import { SeenKeys } from './targets/seen-keys.ts'

/** Who has access now. */
export interface ConnectedMember extends Target {
  /**
   * `again` if the ledger has the target as revoked, so that the Member has authorized the app since;
   * `still` if the ledger has it with another result, or with none; `unlisted` if the ledger does not
   * have it.
   */
  readonly connected: 'again' | 'still' | 'unlisted'
}

/** What the API says of an app in an Organization. */
export type CheckedList = Pick<Target, 'organization_id' | 'connected_app_id'> &
  (
    | { readonly members: readonly ConnectedMember[] }
    /** The list could not be read; `isFinal` if no other could be, such as with wrong credentials. */
    | { readonly problem: string; readonly isFinal: boolean }
  )

export interface VerifyOptions {
  readonly client: B2BClient
  readonly authorization?: Authorization | undefined
  /** Calls per second at most; default 20. */
  readonly rate?: number | undefined
}

const MAX_IN_FLIGHT = 8
const DEFAULT_RATE = 20

/**
 * Asks the API, with one call for each Organization and app of a ledger, who is connected. Of each
 * target only a hash is held in memory.
 *
 * @throws {LedgerError} if the file is not a ledger
 */
export async function* verifyLedger(
  path: string,
  { client, authorization, rate = DEFAULT_RATE }: VerifyOptions,
): AsyncGenerator<CheckedList, void> {
  const targets = new SeenKeys('lines')
  const states = new TargetStates()
  for await (const record of readLedger(path)) {
    states.add(record)
    if (record.type === 'target') targets.add(keyOf(record), states.targets)
  }

  const controller = new AbortController()
  const { signal } = controller
  const check = async (list: Target): Promise<CheckedList> => {
    const { organization_id, connected_app_id } = list
    const result = await client.organizations.tryGetConnectedApp(
      { organization_id, connected_app_id },
      { maxRetries: 5, deadlineMs: 120_000, signal, ...(authorization && { authorization }) },
    )
    const ids = { organization_id, connected_app_id }
    if (result.ok) {
      const members = result.body.active_members.map(({ member_id }) => {
        const target = { ...ids, member_id }
        return { ...target, connected: connectionOf(target) }
      })
      return { ...ids, members }
    }
    const verdict = toVerdict(result.error)
    // Nothing has access in an Organization that does not exist, or by an app that does not.
    if (verdict.kind === 'final' && verdict.result === 'not_found') return { ...ids, members: [] }
    const problem = result.error.message
    return { ...ids, problem, isFinal: verdict.kind === 'credentials' }
  }

  const connectionOf = (target: Target): ConnectedMember['connected'] => {
    const position = targets.lineOf(keyOf(target))
    if (position === undefined) return 'unlisted'
    return states.of(position - 1) === 'revoked' ? 'again' : 'still'
  }

  const queue: Promise<CheckedList>[] = []
  let nextAt = performance.now()
  try {
    for await (const list of listsOf(path)) {
      await sleep(Math.max(0, nextAt - performance.now()))
      nextAt = Math.max(nextAt, performance.now()) + 1000 / rate
      queue.push(check(list)) // never rejects
      const oldest = queue.length < MAX_IN_FLIGHT ? undefined : queue.shift()
      if (oldest !== undefined) yield await oldest
    }
    for (const each of queue) yield await each
  } finally {
    controller.abort() // whoever leaves the loop does not wait for what is in flight
  }
}

/** One target for each Organization and app. */
async function* listsOf(path: string): AsyncGenerator<Target> {
  const seen = new SeenKeys('lines')
  for await (const record of readLedger(path)) {
    if (record.type === 'planned') return // no target follows
    if (record.type !== 'target') continue
    if (seen.add(`${record.organization_id} ${record.connected_app_id}`, 1) === undefined) {
      yield record
    }
  }
}
