import { defineConfig } from 'vitest/config'

export default defineConfig(({ mode }) => ({
  test: {
    // `vitest --mode soak` kills ten times as often.
    ...(mode === 'soak' && { env: { SOAK: 'true' } }),
    testTimeout: mode === 'soak' ? 300_000 : 30_000,
    hookTimeout: 30_000,
  },
}))
