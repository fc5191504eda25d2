import type { Pool } from 'pg'
import { RateLimiterPostgres, RateLimiterRes } from 'rate-limiter-flexible'

export interface RateLimitOptions {
  requests: number
  windowSeconds: number
}

/** Counts a project's requests, in the database, where all instances see the count. */
export class RateLimit {
  readonly #limiter: RateLimiterPostgres

  constructor(pool: Pool, { requests, windowSeconds }: RateLimitOptions) {
    this.#limiter = new RateLimiterPostgres({
      storeClient: pool,
      storeType: 'pool',
      tableName: 'rate_limits',
      tableCreated: true,
      clearExpiredByTimeout: false,
      keyPrefix: 'revoke',
      points: requests,
      duration: windowSeconds,
      // Once the window is used up, refusing costs no query until it ends.
      inMemoryBlockOnConsumed: requests,
    })
  }

  /** @returns undefined, or the whole seconds to wait if the project has used its window up */
  async consume(projectId: string): Promise<number | undefined> {
    try {
      await this.#limiter.consume(projectId)
      return undefined
    } catch (error) {
      if (!(error instanceof RateLimiterRes)) throw error
      return Math.max(1, Math.ceil(error.msBeforeNext / 1000))
    }
  }
}
