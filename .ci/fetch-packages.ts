import { execFile } from 'node:child_process'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'

/**
 * Fetches what only one test needs from the package registry, with its install scripts, so that
 * an installation of the project stays small. Nothing is fetched while `folder` has it already.
 *
 * @param dependencies exact versions by name
 * @returns the folder `node_modules` with the packages
 */
export async function fetchPackages(
  folder: string,
  dependencies: Record<string, string>,
): Promise<string> {
  const packages = join(folder, 'node_modules')
  const manifest = JSON.stringify({
    private: true,
    dependencies,
    // npm 12 and later run no install script that is not named.
    allowScripts: Object.fromEntries(Object.keys(dependencies).map((name) => [name, true])),
  })
  // Written last, so that what was broken off is begun anew.
  const stamp = join(folder, 'fetched.json')
  if ((await readFile(stamp, 'utf8').catch(() => undefined)) === manifest) return packages
  await mkdir(folder, { recursive: true })
  await writeFile(join(folder, 'package.json'), manifest)
  await promisify(execFile)('npm', ['install', '--prefer-offline', '--no-audit', '--no-fund'], {
    cwd: folder,
    timeout: 300_000, // an npm that can't reach its registry would wait for far longer
  })
  await writeFile(stamp, manifest)
  return packages
}
