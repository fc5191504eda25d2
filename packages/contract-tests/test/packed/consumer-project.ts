import { createHash } from 'node:crypto'
import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import msw from 'msw-2/package.json' with { type: 'json' }
import vitest from 'vitest/package.json' with { type: 'json' }
import { installDependencies } from '../../../../scripts/fetch-packages.ts'
import { packageVersions } from '../../../../scripts/package-versions.ts'
import type { Tarball } from '../../../../scripts/packed-packages.ts'
import { dependOn, writeProject } from '../../../../scripts/packed-packages.ts'
import { cacheDirectory } from './directories.ts'

/** Versions of the compilers that consumers use, by the name under which the project installs them. */
export const compilers = {
  'typescript-5': packageVersions['typescript-5'],
  'typescript-7': packageVersions['typescript-7'],
}

/** Creates a project with the tarballs installed by npm, and returns its directory. Reused while the tarballs are the same. */
export async function installConsumerProject(tarballs: Tarball[]): Promise<string> {
  const directory = join(cacheDirectory, 'consumer')
  const manifest = {
    type: 'module',
    ...dependOn(tarballs),
    devDependencies: {
      ...Object.fromEntries(
        Object.entries(compilers).map(([name, version]) => [name, `npm:typescript@${version}`]),
      ),
      '@types/node': packageVersions['@types/node'],
      vitest: vitest.version,
      msw: msw.version, // not the latest, which does not run on Node.js 20
      undici: packageVersions.undici, // an example of the client's README imports it
    },
  }
  const hash = createHash('sha256').update(JSON.stringify(manifest))
  for (const { file } of tarballs) hash.update(await readFile(file))
  const stamp = hash.digest('hex')
  const stampFile = join(directory, 'stamp')
  if ((await readIfExists(stampFile)) === stamp) return directory
  await rm(directory, { recursive: true, force: true })
  await writeProject(directory, {}, manifest)
  await installDependencies(directory, '--ignore-scripts')
  await writeFile(stampFile, stamp)
  return directory
}

async function readIfExists(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
}
