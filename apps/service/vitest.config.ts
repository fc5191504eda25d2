import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'

export default defineConfig(({ mode }) => ({
  test: {
    // `vitest --mode soak` checks every page in every viewport and color scheme, and keeps screenshots.
    ...(mode === 'soak' && { env: { SOAK: 'true' } }),
    globalSetup: 'test/support/postgres.ts',
    // Loading the same modules anew for each file would take a third of the time.
    isolate: false,
    // Vitest leaves one core out, which with two of them means one file after the other. Most of
    // these tests wait for processes, disks and timeouts, and each file has its own database, so
    // it takes three of them to keep two cores busy.
    maxWorkers: availableParallelism() + 1,
    testTimeout: 30_000,
    hookTimeout: 30_000,
  },
}))
