import { fileURLToPath } from 'node:url'
import { join } from 'node:path'
import { fetchPackages } from './fetch-packages.ts'

/** The Node.js versions that consumers use. */
export const nodeVersions = ['20.20.2', '22.23.3', '24.21.0', '26.10.0'] as const

/** Downloads a Node.js version, and returns the directory of its binary. */
export async function nodeBinDirectory(version: string): Promise<string> {
  const cache = fileURLToPath(new URL(`../node_modules/.cache/node-${version}`, import.meta.url))
  return join(await fetchPackages(cache, { node: version }), 'node/bin')
}
