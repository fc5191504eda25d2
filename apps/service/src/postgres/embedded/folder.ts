import { spawnSync } from 'node:child_process'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { resolve } from 'node:path'
import type { Binaries } from './binaries.ts'

/** Makes an empty folder in the system's temporary one. @throws that says which, and what to do */
export async function createTempDirectory(): Promise<string> {
  try {
    return await mkdtemp(resolve(tmpdir(), 'connected-apps-'))
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException // node:fs says so
    throw new Error(`${code} in the temporary folder ${tmpdir()}; set TMPDIR to another`, { cause })
  }
}

/** PostgreSQL's own words for it would name its command line. @throws if `user` can't use it */
export function assertWritableBy(directory: string, user: NonNullable<Binaries['user']>): void {
  if (spawnSync('test', ['-w', directory], { ...user }).status === 0) return
  throw new Error(
    `the user nobody, who runs it in place of root, can't reach ${directory}; set TMPDIR to a folder that everybody may enter`,
  )
}
