/** Receives measurements of the work on the database. */
export interface DatabaseObserver {
  /** @param waitMs how long the first call of the batch has waited for it */
  observeBatch: (batch: string, size: number, waitMs: number) => void
  /** Called when a revoke has waited for a row that another transaction had locked. */
  observeLockWait: (waitMs: number) => void
  /** Called for each introspection if there is a read replica. */
  observeReplicaLookup: (result: ReplicaLookupResult) => void
  /** Counts a revoke as pending until it is settled. */
  trackRevocation: <Result>(revocation: Promise<Result>) => Promise<Result>
}

/** Whether a lookup used the read replica, or why it had to be repeated on the primary. */
export const replicaLookupResults = ['used', 'unknown', 'in_doubt'] as const

export type ReplicaLookupResult = (typeof replicaLookupResults)[number]

/** Ignores everything, for a database without metrics. */
export const noObserver: DatabaseObserver = {
  observeBatch: () => undefined,
  observeLockWait: () => undefined,
  observeReplicaLookup: () => undefined,
  trackRevocation: (revocation) => revocation,
}
