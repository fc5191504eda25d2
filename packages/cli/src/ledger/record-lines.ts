import type { Result } from '../outcome.ts'
import { parseTarget } from '../targets/parse-target.ts'
import type { LedgerRecord, StoppedRecord, VerifiedRecord } from './records.ts'

/** Each result. */
export const RESULTS = [
  'revoked',
  'not_found',
  'forbidden',
  'failed',
  'unknown',
] as const satisfies readonly Result[]

const STOP_REASONS: readonly StoppedRecord['reason'][] = ['finished', 'interrupted', 'unavailable']

/** A record as a line of a ledger, with its line feed. */
export function formatRecord(record: LedgerRecord): string {
  return `${JSON.stringify(record)}\n`
}

/** A line of a ledger as a record; undefined for what no version of this program has written. */
export function parseRecord(line: string): LedgerRecord | undefined {
  let value: unknown
  try {
    value = JSON.parse(line)
  } catch {
    return undefined // not JSON
  }
  return isRecord(value) ? value : undefined
}

function isRecord(value: unknown): value is LedgerRecord {
  if (typeof value !== 'object' || value === null) return false
  const fields = value as Fields // the properties of any object
  switch (
    fields['type'] as LedgerRecord['type'] // or anything else, which is the default
  ) {
    case 'incident':
      // What another version writes is not known.
      return isCount(fields['version']) && (fields['version'] !== 1 || isIncident(fields))
    case 'target':
      return 'target' in parseTarget(fields)
    case 'searched':
      return 'target' in parseTarget({ ...fields, member_id: 'any' })
    case 'app':
      return isText(fields['connected_app_id']) && isText(fields['name'])
    case 'skipped':
      return isCount(fields['line']) && isText(fields['problem'])
    case 'planned':
      return isCount(fields['targets']) && isSkipped(fields['skipped'])
    case 'started':
      return isTime(fields['at']) && isText(fields['process'])
    case 'stopped':
      return (
        isTime(fields['at']) &&
        isText(fields['process']) &&
        STOP_REASONS.some((reason) => reason === fields['reason'])
      )
    case 'sent':
    case 'rate_limited':
      return isCount(fields['ordinal']) && isTime(fields['at'])
    case 'outcome':
      return isOutcome(fields)
    case 'verified':
      return isVerified(fields)
    case 'synced':
      return true
    default:
      return false
  }
}

type Fields = Partial<Record<string, unknown>>

function isIncident({ createdAt, baseUrl, project_id, source }: Fields): boolean {
  return isTime(createdAt) && isText(baseUrl) && isText(project_id) && isText(source)
}

function isSkipped(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false
  const { invalid, duplicate, unread } = value as Fields // the properties of any object
  return isCount(invalid) && isCount(duplicate) && isCount(unread)
}

function isOutcome(fields: Fields): boolean {
  const { ordinal, result, endedAt, durationMs, attempts, status_code } = fields
  const { request_id, error_type, reason } = fields
  return (
    isCount(ordinal) &&
    RESULTS.some((each) => each === result) &&
    isTime(endedAt) &&
    Number.isFinite(durationMs) &&
    isCount(attempts) &&
    isOptional(isCount, status_code) &&
    [request_id, error_type, reason].every((each) => isOptional(isText, each))
  )
}

const VERIFY_COUNTS = [
  'lists',
  'again',
  'still',
  'unlisted',
  'unknown',
  'unread',
  'notRequested',
] as const satisfies readonly (keyof VerifiedRecord['counts'])[]

function isVerified({ at, counts, stopped, connected }: Fields): boolean {
  if (typeof counts !== 'object' || counts === null || !Array.isArray(connected)) return false
  return (
    isTime(at) &&
    isOptional(isText, stopped) &&
    VERIFY_COUNTS.every((name) => isCount((counts as Fields)[name])) && // of any object
    connected.every(isConnectedMember)
  )
}

// The ids are those of the API, which need not be such as the contract allows in a request.
function isConnectedMember(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false
  const { connected, organization_id, member_id, connected_app_id } = value as Fields // of any object
  return (
    ['again', 'still', 'unlisted'].some((each) => each === connected) &&
    [organization_id, member_id, connected_app_id].every(isText)
  )
}

function isOptional(isValid: (value: unknown) => boolean, value: unknown): boolean {
  return value === undefined || isValid(value)
}

function isText(value: unknown): value is string {
  return typeof value === 'string'
}

/** The last moment that a `Date` can be. */
const MAX_TIME = 8.64e15

/** Milliseconds since 1970. */
function isTime(value: unknown): boolean {
  return isCount(value) && value <= MAX_TIME
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0
}
