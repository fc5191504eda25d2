import { defineConfig } from 'vitest/config'

export default defineConfig(({ mode }) => ({
  test: {
    // `vitest --mode soak` looks at every page in every way, and keeps screenshots.
    ...(mode === 'soak' && { env: { SOAK: 'true' } }),
    globalSetup: 'test/support/postgres.ts',
    // Loading the same modules anew for each file would take a third of the time.
    isolate: false,
    testTimeout: 30_000,
    hookTimeout: 30_000,
  },
}))
