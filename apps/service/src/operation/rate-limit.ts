import { RateLimiterPostgres, RateLimiterRes } from 'rate-limiter-flexible'
import { Batcher } from '../postgres/batcher.ts'
import type { Database, Statement } from '../postgres/database.ts'

export interface RateLimitOptions {
  requests: number
  windowSeconds: number
}

/**
 * Limits the requests of each project, of all operations together. The count is in the database, so
 * all instances share it.
 */
export class RateLimit {
  readonly #limiter: RateLimiterPostgres
  readonly #batcher: Batcher<string, number | undefined>

  constructor(database: Database, { requests, windowSeconds }: RateLimitOptions) {
    const { observer } = database
    this.#batcher = new Batcher((projectIds) => this.#consumeAll(projectIds), {
      name: 'count-requests',
      observer,
    })
    this.#limiter = new RateLimiterPostgres({
      // All that it uses of a pool.
      storeClient: {
        query: ({ name, text, values }: Statement & { values: unknown[] }) =>
          database.run({ name, text }, values),
      },
      storeType: 'pool',
      tableName: 'rate_limits',
      tableCreated: true,
      clearExpiredByTimeout: false,
      keyPrefix: 'requests',
      points: requests,
      duration: windowSeconds,
    })
  }

  /** @returns the whole seconds to wait if the project is over its limit; undefined if it is not */
  consume(projectId: string): Promise<number | undefined> {
    return this.#batcher.add(projectId)
  }

  /** Counts all requests of a project at once. What is left of its limit goes to the first of them. */
  async #consumeAll(projectIds: string[]): Promise<(number | undefined)[]> {
    const waits = projectIds.map((): number | undefined => undefined)
    const indexesByProject = Map.groupBy(projectIds.keys(), (index) => projectIds[index] ?? '')
    const counts = [...indexesByProject].map(async ([projectId, indexes]) => {
      const { over, waitSeconds } = await this.#count(projectId, indexes.length)
      for (const index of indexes.slice(indexes.length - over)) waits[index] = waitSeconds
    })
    await Promise.all(counts)
    return waits
  }

  /** @returns how many of these requests are over the limit, and in how many seconds the window ends */
  async #count(
    projectId: string,
    requests: number,
  ): Promise<{ over: number; waitSeconds: number }> {
    try {
      await this.#limiter.consume(projectId, requests)
      return { over: 0, waitSeconds: 0 }
    } catch (error) {
      if (!(error instanceof RateLimiterRes)) throw error
      const { consumedPoints, msBeforeNext } = error
      return {
        over: Math.min(requests, consumedPoints - this.#limiter.points),
        waitSeconds: Math.max(1, Math.ceil(msBeforeNext / 1000)),
      }
    }
  }
}
