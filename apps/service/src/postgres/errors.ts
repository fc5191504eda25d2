import { DatabaseError } from 'pg'

/** Whether PostgreSQL reported an error with one of these codes (SQLSTATE). */
export function isDatabaseError(error: unknown, ...codes: string[]): error is DatabaseError {
  return error instanceof DatabaseError && codes.includes(error.code ?? '')
}

/** Whether a statement failed because others have locked what it needs, so it may be tried again. */
export function isLockError(error: unknown): boolean {
  const lockNotAvailable = '55P03'
  const deadlockDetected = '40P01'
  return isDatabaseError(error, lockNotAvailable, deadlockDetected)
}

/** Whether a statement failed because its role lacks a privilege. */
export function isPrivilegeError(error: unknown): error is DatabaseError {
  const insufficientPrivilege = '42501'
  return isDatabaseError(error, insufficientPrivilege)
}
