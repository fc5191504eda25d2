import { refuseArgument } from './errors.ts'

/** How long a call may take and how often it may be tried. */
export interface CallLimits {
  /** Milliseconds for one attempt, its body included. Default 10,000. */
  timeoutMs?: number | undefined
  /** Milliseconds for the whole call, its waits included. Default 60,000. */
  deadlineMs?: number | undefined
  /** How many times a failed attempt may be repeated, 0 to 10. Default 2. */
  maxRetries?: number | undefined
}

export type Limits = { [Name in keyof CallLimits]-?: number }

export const DEFAULT_LIMITS: Limits = { timeoutMs: 10_000, deadlineMs: 60_000, maxRetries: 2 }

// The largest delay that setTimeout does not mistake for none.
const MAX_MS = 2 ** 31 - 1
const MAX_RETRIES = 10

// What other clients call it.
const OTHER_NAMES: Record<string, string> = {
  custom_base_url: 'baseUrl',
  env: 'baseUrl',
  timeout: 'timeoutMs',
}

/** Refuses what is no object, and each option that is not known: ignoring one may be a hole. */
export function refuseUnknown(options: unknown, known: readonly string[], where: string): void {
  if (typeof options !== 'object' || options === null) {
    refuseArgument('options', `the options must be an object (${where})`)
  }
  for (const name of Object.keys(options)) {
    if (known.includes(name)) continue
    const use = OTHER_NAMES[name] ?? ''
    refuseArgument(
      name,
      `unknown option "${name}" (${where}); use ${known.includes(use) ? use : known.join(', ')}`,
    )
  }
}

/** The limits that are given, in place of the defaults. */
export function readLimits(given: CallLimits, defaults: Limits, where: string): Limits {
  const read = (name: keyof Limits, least: number, most: number) => {
    const value = given[name] ?? defaults[name]
    if (!Number.isInteger(value) || value < least || value > most) {
      refuseArgument(name, `${name} must be a whole number from ${least} to ${most} (${where})`)
    }
    return value
  }
  return {
    timeoutMs: read('timeoutMs', 1, MAX_MS),
    deadlineMs: read('deadlineMs', 1, MAX_MS),
    maxRetries: read('maxRetries', 0, MAX_RETRIES),
  }
}
