import { defineConfig } from 'vitest/config'

export default defineConfig(({ mode }) => ({
  test: {
    // `vitest --mode soak` looks at everything in every way.
    ...(mode === 'soak' && { env: { SOAK: 'true' } }),
    // It only has to end tests that hang. It is long because busy machines are slow.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // Pages of one browser wait for the mock's delays side by side.
    maxConcurrency: 4,
  },
}))
