import type { Result } from '../outcome.ts'
import { parseTarget } from '../targets/parse-target.ts'
import type { LedgerRecord } from './records.ts'

/** Each result. */
export const RESULTS = [
  'revoked',
  'not_found',
  'forbidden',
  'failed',
  'unknown',
] as const satisfies readonly Result[]

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
  const fields = value as Partial<Record<string, unknown>> // the properties of any object
  switch (
    fields['type'] as LedgerRecord['type'] // or anything else, which is the default
  ) {
    case 'incident':
      return isCount(fields['version']) && isCount(fields['createdAt'])
    case 'target':
      return 'target' in parseTarget(fields)
    case 'searched':
      return 'target' in parseTarget({ ...fields, member_id: 'any' })
    case 'skipped':
      return isCount(fields['line']) && typeof fields['problem'] === 'string'
    case 'planned':
      return isCount(fields['targets'])
    case 'started':
    case 'stopped':
      return isCount(fields['at']) && isOptional('string', fields['process'])
    case 'sent':
    case 'rate_limited':
      return isCount(fields['ordinal']) && isCount(fields['at'])
    case 'outcome':
      return isCount(fields['ordinal']) && RESULTS.some((result) => result === fields['result'])
    case 'synced':
      return true
    default:
      return false
  }
}

function isOptional(type: 'string' | 'number', value: unknown): boolean {
  return value === undefined || typeof value === type
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0
}
