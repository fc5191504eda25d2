import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, mkdtempDisposable, rename, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { promisify } from 'node:util'

/**
 * Installs packages that only one test needs, and runs their install scripts, so that the
 * installation of the project itself stays small. Packages already in `cache` are not fetched again.
 *
 * @param dependencies exact versions by name
 * @returns the path of the `node_modules` directory that contains the packages
 */
export async function fetchPackages(
  cache: string,
  dependencies: Record<string, string>,
): Promise<string> {
  const manifest = JSON.stringify({
    private: true,
    dependencies,
    // npm 12 and later only run the install scripts of packages named here.
    allowScripts: Object.fromEntries(Object.keys(dependencies).map((name) => [name, true])),
  })
  const directory = join(cache, createHash('sha256').update(manifest).digest('hex').slice(0, 16))
  const packages = join(directory, 'node_modules')
  if (existsSync(directory)) return packages
  await mkdir(cache, { recursive: true })
  // Installed in a staging directory and then renamed, so that an interrupted installation is never
  // taken for a complete one.
  await using staging = await mkdtempDisposable(join(cache, 'staging-'))
  // A directory that mkdtemp makes is closed to other users, but PostgreSQL does not run as root.
  const root = join(staging.path, 'root')
  await mkdir(root)
  await writeFile(join(root, 'package.json'), manifest)
  await installDependencies(root)
  await rename(root, directory).catch((error: unknown) => {
    // Fine if another run has put the same packages there first.
    if (!existsSync(directory)) throw error
  })
  return packages
}

/** Installs what the package.json of a directory depends on. */
export async function installDependencies(directory: string, ...flags: string[]): Promise<void> {
  const args = ['install', '--prefer-offline', '--no-audit', '--no-fund', ...flags]
  await promisify(execFile)('npm', args, {
    cwd: directory,
    timeout: 300_000, // npm would wait much longer for a registry that it cannot reach
  })
}

/** Packages that only one test needs, or the reason why that test has to be skipped. */
export interface FetchedPackages {
  /** The `node_modules` directory that contains them. */
  directory: string
  /** Loads one of them. */
  load: NodeJS.Require
  skipReason: string | undefined
}

/**
 * Like {@link fetchPackages}, but without access to a registry it gives a reason to skip the tests. In
 * CI that is an error instead, because skipped tests would go unnoticed.
 */
export async function fetchOrSkip(
  cache: string,
  dependencies: Record<string, string>,
): Promise<FetchedPackages> {
  const found = (directory: string, skipReason?: string) => ({
    directory,
    load: createRequire(join(directory, 'index.js')),
    skipReason,
  })
  try {
    return found(await fetchPackages(cache, dependencies))
  } catch (error) {
    if (process.env['CI']) throw error
    const skipReason = `could not fetch ${Object.keys(dependencies).join(', ')}: ${String(error)}`
    console.warn(skipReason) // the reporter counts skipped tests, but does not give the reason
    return found(cache, skipReason)
  }
}
