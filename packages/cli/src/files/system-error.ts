const CAUSES: Readonly<Record<string, string>> = {
  EACCES: 'permission is denied',
  EDQUOT: 'the disk quota is used up',
  EFBIG: 'the file may not grow any more',
  EIO: 'the disk failed',
  EISDIR: 'it is a directory',
  ENOENT: 'there is no such file or directory',
  ENOSPC: 'the disk is full',
  EPERM: 'permission is denied',
  ERR_FS_EISDIR: 'it is a directory', // as rm() has it
  EROFS: 'the file system is read-only',
}

/** What the system said of a failed operation on a file, in words. */
export function describeCause(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error'
  return CAUSES[code] ?? code
}

/** Whether an error is the system's, with this code. */
export function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code
}
