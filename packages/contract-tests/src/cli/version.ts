import { createRequire } from 'node:module'

// Not an import attribute: Node 20 prints a warning for it.
const manifest: { version: string } = createRequire(import.meta.url)(
  '@connected-apps/contract-tests/package.json',
)

/** The version of this package. */
export const { version } = manifest
