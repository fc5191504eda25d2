import { fileURLToPath } from 'node:url'

/** The contract, the only input of the generation. */
export const contractFile = fileURLToPath(
  import.meta.resolve('@connected-apps/openapi/connected-apps.yaml'),
)

/** Where the generated files stand. */
export const folder = new URL('../src/generated/', import.meta.url)
