import { DatabaseError } from 'pg'

/** Whether a statement failed since others have locked what it needs, and may be tried again. */
export function isLockError(error: unknown): boolean {
  const lockNotAvailable = '55P03'
  const deadlockDetected = '40P01'
  return (
    error instanceof DatabaseError &&
    [lockNotAvailable, deadlockDetected].includes(error.code ?? '')
  )
}
