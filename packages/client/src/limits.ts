import { refuseArgument } from './errors.ts'

/** How long a call may take and how often it may be tried. */
export interface CallLimits {
  /** Milliseconds for one attempt, its body included. Default 10,000. */
  timeoutMs?: number | undefined
  /** Milliseconds for the whole call, its waits included. Default 60,000. */
  deadlineMs?: number | undefined
  /** How many times a failed attempt may be repeated, or 0. Default 2. */
  maxRetries?: number | undefined
}

export type Limits = { [Name in keyof CallLimits]-?: number }

export const DEFAULT_LIMITS: Limits = { timeoutMs: 10_000, deadlineMs: 60_000, maxRetries: 2 }
export const LIMIT_NAMES = Object.keys(DEFAULT_LIMITS) as (keyof Limits)[] // no others above

// The largest delay that setTimeout does not mistake for none.
const MAX = 2 ** 31 - 1

/** The limits that are given, in place of the defaults. */
export function readLimits(given: CallLimits, defaults: Limits, where: string): Limits {
  const limits = { ...defaults }
  for (const name of LIMIT_NAMES) {
    const value = given[name] ?? defaults[name]
    const least = name === 'maxRetries' ? 0 : 1
    if (!Number.isInteger(value) || value < least || value > MAX) {
      refuseArgument(name, `must be a whole number, ${least} to ${MAX}`, where)
    }
    limits[name] = value
  }
  return limits
}
