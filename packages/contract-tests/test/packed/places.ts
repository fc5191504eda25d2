import { fileURLToPath } from 'node:url'

function path(relative: string): string {
  return fileURLToPath(new URL(relative, import.meta.url))
}

export const repository = path('../../../..')

/** What a second run finds again: nothing in it is the repository's. */
export const cache = path('../../node_modules/.cache/packed')

/** The folders of the published packages. */
export const packages = ['contract', 'client', 'contract-tests'].map((name) => ({
  name: `@connected-apps/${name}`,
  folder: path(`../../../${name}`),
}))
