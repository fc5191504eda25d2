import { fileURLToPath } from 'node:url'

function path(relative: string): string {
  return fileURLToPath(new URL(relative, import.meta.url))
}

/** The root of the workspace. */
export const workspaceRoot = path('../../../..')

/** Keeps downloads and installations from run to run. */
export const cacheDirectory = path('../../node_modules/.cache/packed')

/** The published packages. */
export const packages = [
  'contract',
  'client',
  'scenarios',
  'node-http',
  'contract-tests',
  'cli',
].map((name) => ({
  name: `@connected-apps/${name}`,
  directory: path(`../../../${name}`),
}))
