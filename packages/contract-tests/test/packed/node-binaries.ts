import { join } from 'node:path'
import { fetchPackages } from '../../../../scripts/fetch-packages.ts'
import { cacheDirectory } from './directories.ts'

/** The Node.js versions that consumers use. */
export const nodeVersions = ['20.20.2', '22.23.3', '24.21.0', '26.10.0'] as const

/** Downloads a Node.js version, and returns the directory of its binary. */
export async function nodeBinDirectory(version: (typeof nodeVersions)[number]): Promise<string> {
  const packages = await fetchPackages(join(cacheDirectory, `node-${version}`), { node: version })
  return join(packages, 'node/bin')
}
