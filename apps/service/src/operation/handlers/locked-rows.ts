import type { BatchStatement } from '../../postgres/batch-statement.ts'
import { perBucket } from '../../postgres/batch-statement.ts'
import { Batcher } from '../../postgres/batcher.ts'
import type { Database } from '../../postgres/database.ts'
import { LockTimeoutError } from '../../server/cause.ts'
import type { RevocationRequest } from './revoke.ts'
import { applyRevocations, bucketOfRequest, revokeStatement } from './revoke.ts'

/** How long a revoke keeps trying to lock a row that other transactions have locked. */
const defaultMaxLockWaitMs = 5000

/** Revokes many authorizations, and skips those whose row is locked. */
export const skipLocked = revokeStatement('revoke-skip-locked', 'SKIP LOCKED')

/**
 * Revokes one authorization, and waits for the lock on its row. PostgreSQL queues those who wait,
 * so all instances get their turn.
 */
export const waitForLock = revokeStatement('revoke-wait-for-lock', 'WAIT')

/**
 * Creates the function that revokes. When its promise resolves, the revoke is on disk, and no
 * instance of the service accepts what was issued before.
 *
 * Revokes go in batches that skip locked rows. Those of a skipped row continue in a queue of their
 * own, which waits for the lock. So a row that another transaction keeps locked delays no revoke
 * but its own.
 */
export function createRevoke(
  database: Database,
  maxLockWaitMs = defaultMaxLockWaitMs,
): (request: RevocationRequest) => Promise<void> {
  const run = (statement: BatchStatement) => (requests: RevocationRequest[]) =>
    applyRevocations(database, statement, requests)
  const { observer } = database
  const batcher = new Batcher(run(skipLocked), {
    name: skipLocked.name,
    observer,
    ...perBucket(database, bucketOfRequest),
  })
  const lockQueues = new Batcher(run(waitForLock), {
    name: waitForLock.name,
    observer,
    keyOf: rowKey,
  })
  const revoke = async (request: RevocationRequest): Promise<void> => {
    const startedAt = performance.now()
    const deadline = startedAt + maxLockWaitMs
    if (await batcher.add(request)) return
    try {
      while (!(await lockQueues.add(request))) {
        if (performance.now() > deadline) {
          throw new LockTimeoutError(
            `the authorization's row stayed locked for ${maxLockWaitMs} ms`,
          )
        }
      }
    } finally {
      observer.observeLockWait(performance.now() - startedAt)
    }
  }
  return (request) => observer.trackRevocation(revoke(request))
}

function rowKey({ organizationId, memberId, connectedAppId }: RevocationRequest): string {
  return JSON.stringify([organizationId, memberId, connectedAppId])
}
