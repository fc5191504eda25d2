import type { FileHandle } from 'node:fs/promises'
import type { Result } from '../outcome.ts'
import { LedgerError } from './ledger-error.ts'
import { RESULTS } from './record-lines.ts'
import type { IncidentRecord } from './records.ts'
import { scanLedger } from './scan-ledger.ts'
import type { TornEnd } from './scan-ledger.ts'

/** What a ledger says of its targets. */
export interface Progress {
  readonly incident: IncidentRecord
  readonly counts: {
    readonly targets: number
    /** By the last outcome; one that is unknown is pending as well. */
    readonly done: Readonly<Record<Result, number>>
    /** How many have no final outcome, and will be sent. */
    readonly pending: number
    /** How many of these had been sent when the process was killed. */
    readonly sentWithoutOutcome: number
  }
  /** Whether the target of an ordinal has a final outcome. */
  readonly isDone: (ordinal: number) => boolean
  readonly torn: TornEnd | undefined
}

// A byte per target says what was last recorded of it: nothing, that it was sent, or a result.
const SENT = 1
const FIRST_RESULT = 2
const UNKNOWN = FIRST_RESULT + RESULTS.indexOf('unknown')

/** Reads what a ledger says of its targets; see `scanLedger` for what it throws. */
export async function readProgress(handle: FileHandle, path: string): Promise<Progress> {
  let incident: IncidentRecord | undefined
  let states = new Uint8Array()
  const isDone = (ordinal: number) => {
    const state = states[ordinal] ?? 0
    return state >= FIRST_RESULT && state !== UNKNOWN
  }
  const scan = scanLedger(handle, path)
  let step = await scan.next()
  for (; step.done !== true; step = await scan.next()) {
    const record = step.value
    if (record.type === 'incident') incident = record
    else if (record.type === 'planned') states = new Uint8Array(record.targets)
    else if (record.type === 'sent' || record.type === 'outcome') {
      if (isDone(record.ordinal)) continue // nothing takes a final outcome away
      states[record.ordinal] =
        record.type === 'sent' ? SENT : FIRST_RESULT + RESULTS.indexOf(record.result)
    }
  }
  if (incident === undefined) throw new LedgerError(`${path} is empty`) // the scan throws before
  return { incident, counts: countStates(states), isDone, torn: step.value }
}

function countStates(states: Uint8Array): Progress['counts'] {
  const perState = new Uint32Array(FIRST_RESULT + RESULTS.length)
  for (const state of states) perState[state] = (perState[state] ?? 0) + 1
  const count = (state: number) => perState[state] ?? 0
  const done = Object.fromEntries(
    RESULTS.map((result, index) => [result, count(FIRST_RESULT + index)]),
  ) as Record<Result, number> // safe: RESULTS has each
  return {
    targets: states.length,
    done,
    pending: count(0) + count(SENT) + done.unknown,
    sentWithoutOutcome: count(SENT),
  }
}
