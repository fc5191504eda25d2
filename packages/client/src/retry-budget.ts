const MAX_TOKENS = 500
const RETRY_COST = 5

/** Limits the retries of all calls of a client together, so that they do not multiply the load of an outage. */
export interface RetryBudget {
  /** Takes the cost of one retry, or returns false if too little is left. */
  tryTake(): boolean
  /** Refunds the retries of a successful call; a call without retries adds a fifth of one. */
  recordSuccess(retries: number): void
}

/** Creates a token bucket: it allows 100 retries, and one more for each five calls that need none. */
export function createRetryBudget(): RetryBudget {
  let tokens = MAX_TOKENS
  return {
    tryTake() {
      if (tokens < RETRY_COST) return false
      tokens -= RETRY_COST
      return true
    },
    recordSuccess(retries) {
      tokens = Math.min(MAX_TOKENS, tokens + (retries * RETRY_COST || 1))
    },
  }
}
