import { createHash } from 'node:crypto'
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { cache } from './places.ts'
import { mustRun } from './run.ts'
import type { Tarball } from './tarballs.ts'

/** The compilers that consumers have, by the name under which the project has them. */
export const compilers = { 'typescript-5': '5.9.3', 'typescript-7': '7.0.2' } as const

const require = createRequire(import.meta.url)

/** An empty project with the tarballs installed by npm. Kept from run to run while they are the same. */
export async function installConsumerProject(tarballs: Tarball[]): Promise<string> {
  const folder = join(cache, 'consumer')
  const dependencies = Object.fromEntries(tarballs.map(({ name, file }) => [name, `file:${file}`]))
  const manifest = JSON.stringify({
    private: true,
    type: 'module',
    dependencies,
    devDependencies: {
      ...Object.fromEntries(
        Object.entries(compilers).map(([name, version]) => [name, `npm:typescript@${version}`]),
      ),
      '@types/node': versionHere('@types/node'),
      vitest: versionHere('vitest'),
    },
    // The packages name each other by version, and no registry has that yet.
    overrides: Object.fromEntries(tarballs.map(({ name }) => [name, `$${name}`])),
  })
  const hash = createHash('sha256').update(manifest)
  for (const { file } of tarballs) hash.update(await readFile(file))
  const stamp = hash.digest('hex')
  const stampFile = join(folder, 'stamp')
  if ((await readIfThere(stampFile)) === stamp) return folder
  await rm(folder, { recursive: true, force: true })
  await mkdir(folder, { recursive: true })
  await writeFile(join(folder, 'package.json'), manifest)
  const flags = ['--prefer-offline', '--no-audit', '--no-fund', '--ignore-scripts']
  await mustRun('npm', ['install', ...flags], { cwd: folder })
  await writeFile(stampFile, stamp)
  return folder
}

function versionHere(name: string): string {
  const { version }: { version: string } = require(`${name}/package.json`)
  return version
}

async function readIfThere(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
}
