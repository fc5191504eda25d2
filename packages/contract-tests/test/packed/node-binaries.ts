import { existsSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { cache } from './places.ts'
import { mustRun } from './run.ts'

/** The Node.js versions that consumers run. */
export const nodeVersions = ['20.20.2', '22.23.3', '24.21.0', '26.10.0'] as const

/** The folder with the binary of a Node.js version, fetched from the registry if this is not it. */
export async function nodeFolder(version: (typeof nodeVersions)[number]): Promise<string> {
  const folder = join(cache, `node-${version}`)
  const binaries = join(folder, 'node_modules/node/bin')
  if (existsSync(join(binaries, 'node'))) return binaries
  await mkdir(folder, { recursive: true })
  // npm 12 and later run no install script that is not named; this one unpacks the binary.
  const manifest = { private: true, dependencies: { node: version }, allowScripts: { node: true } }
  await writeFile(join(folder, 'package.json'), JSON.stringify(manifest))
  await mustRun('npm', ['install', '--prefer-offline', '--no-audit', '--no-fund'], { cwd: folder })
  return binaries
}
