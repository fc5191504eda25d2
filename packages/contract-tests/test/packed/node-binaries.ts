import { join } from 'node:path'
import { fetchPackages } from '../../../../scripts/fetch-packages.ts'
import { cache } from './places.ts'

/** The Node.js versions that consumers run. */
export const nodeVersions = ['20.20.2', '22.23.3', '24.21.0', '26.10.0'] as const

/** The folder with the binary of a Node.js version. */
export async function nodeFolder(version: (typeof nodeVersions)[number]): Promise<string> {
  const packages = await fetchPackages(join(cache, `node-${version}`), { node: version })
  return join(packages, 'node/bin')
}
