import type { ClientOperation } from '@connected-apps/contract'
import { throwArgumentError } from './errors.ts'

/** How long a call may take, how often it is retried, and how much it may read. */
export interface LimitOptions {
  /** Timeout of one attempt in milliseconds, including its body. Default 10,000. */
  timeoutMs?: number | undefined
  /** Timeout of the whole call in milliseconds, including delays between attempts. Default 60,000. */
  deadlineMs?: number | undefined
  /** How many times a failed attempt is retried at most; 0 turns retries off. Default 2. */
  maxRetries?: number | undefined
  /**
   * The maximum size of a response body in bytes, decoded. By default 32 MiB for operations that
   * read, whose lists are not paginated, and 1 MiB for others.
   */
  maxResponseBytes?: number | undefined
}

/** The limits of a call. The default of `maxResponseBytes` depends on the operation. */
export type ResolvedLimits = {
  [Name in Exclude<keyof LimitOptions, 'maxResponseBytes'>]-?: number
} & {
  maxResponseBytes: number | undefined
}

export const DEFAULT_LIMITS: ResolvedLimits = {
  timeoutMs: 10_000,
  deadlineMs: 60_000,
  maxRetries: 2,
  maxResponseBytes: undefined,
}
export const LIMIT_NAMES = Object.keys(DEFAULT_LIMITS) as (keyof ResolvedLimits)[] // it has no other keys

// setTimeout treats a larger delay as 1 ms.
const MAX_LIMIT = 2_147_483_647

const MEBIBYTE = 1_048_576

/** The default maximum of a response body, in bytes. Lists are not paginated, so they can be long. */
export function defaultMaxResponseBytes({ safety }: ClientOperation): number {
  return safety === 'safe' ? 32 * MEBIBYTE : MEBIBYTE
}

/** Validates the limits that are set, and fills in the defaults for the others. */
export function parseLimits(
  options: LimitOptions,
  defaults: ResolvedLimits,
  where: string,
): ResolvedLimits {
  const limits = { ...defaults }
  for (const name of LIMIT_NAMES) {
    const value = options[name]
    if (value === undefined) continue
    const min = name === 'maxRetries' ? 0 : 1
    if (!Number.isInteger(value) || value < min || value > MAX_LIMIT) {
      throwArgumentError(name, `must be an integer, ${min} to ${MAX_LIMIT}`, where)
    }
    limits[name] = value
  }
  return limits
}
