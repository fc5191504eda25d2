import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, mkdtempDisposable, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'

/**
 * Fetches what only one test needs from the package registry, with its install scripts, so that
 * an installation of the project stays small. Nothing is fetched while `cache` has it already.
 *
 * @param dependencies exact versions by name
 * @returns the folder `node_modules` with the packages
 */
export async function fetchPackages(
  cache: string,
  dependencies: Record<string, string>,
): Promise<string> {
  const manifest = JSON.stringify({
    private: true,
    dependencies,
    // npm 12 and later run no install script that is not named.
    allowScripts: Object.fromEntries(Object.keys(dependencies).map((name) => [name, true])),
  })
  const folder = join(cache, createHash('sha256').update(manifest).digest('hex').slice(0, 16))
  const packages = join(folder, 'node_modules')
  if (existsSync(folder)) return packages
  await mkdir(cache, { recursive: true })
  // Moved when it is whole: an install that is broken off leaves nothing that looks like one.
  await using place = await mkdtempDisposable(join(cache, 'fetching-'))
  // Unlike its parent, open to other users: PostgreSQL does not run as root.
  const own = join(place.path, 'own')
  await mkdir(own)
  await writeFile(join(own, 'package.json'), manifest)
  await promisify(execFile)('npm', ['install', '--prefer-offline', '--no-audit', '--no-fund'], {
    cwd: own,
    timeout: 300_000, // an npm that can't reach its registry would wait for far longer
  })
  await rename(own, folder).catch((error: unknown) => {
    // Another run was faster.
    if (!existsSync(folder)) throw error
  })
  return packages
}
