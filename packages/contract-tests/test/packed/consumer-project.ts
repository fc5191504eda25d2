import { createHash } from 'node:crypto'
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { cacheDirectory } from './directories.ts'
import { runOrThrow } from './run.ts'
import type { Tarball } from './tarballs.ts'

/** Versions of the compilers that consumers use, by the name under which the project installs them. */
export const compilers = { 'typescript-5': '5.9.3', 'typescript-7': '7.0.2' } as const

const require = createRequire(import.meta.url)

/** Creates a project with the tarballs installed by npm, and returns its directory. Reused while the tarballs are the same. */
export async function installConsumerProject(tarballs: Tarball[]): Promise<string> {
  const directory = join(cacheDirectory, 'consumer')
  const dependencies = Object.fromEntries(tarballs.map(({ name, file }) => [name, `file:${file}`]))
  const manifest = JSON.stringify({
    private: true,
    type: 'module',
    dependencies,
    devDependencies: {
      ...Object.fromEntries(
        Object.entries(compilers).map(([name, version]) => [name, `npm:typescript@${version}`]),
      ),
      '@types/node': installedVersion('@types/node'),
      vitest: installedVersion('vitest'),
    },
    // The packages depend on each other's versions, which are not published yet.
    overrides: Object.fromEntries(tarballs.map(({ name }) => [name, `$${name}`])),
  })
  const hash = createHash('sha256').update(manifest)
  for (const { file } of tarballs) hash.update(await readFile(file))
  const stamp = hash.digest('hex')
  const stampFile = join(directory, 'stamp')
  if ((await readIfExists(stampFile)) === stamp) return directory
  await rm(directory, { recursive: true, force: true })
  await mkdir(directory, { recursive: true })
  await writeFile(join(directory, 'package.json'), manifest)
  const flags = ['--prefer-offline', '--no-audit', '--no-fund', '--ignore-scripts']
  await runOrThrow('npm', ['install', ...flags], { cwd: directory })
  await writeFile(stampFile, stamp)
  return directory
}

function installedVersion(name: string): string {
  const { version }: { version: string } = require(`${name}/package.json`)
  return version
}

async function readIfExists(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
}
