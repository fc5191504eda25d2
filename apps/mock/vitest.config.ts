import { defineConfig } from 'vitest/config'

export default defineConfig(({ mode }) => ({
  test: {
    // `vitest --mode soak` takes screenshots of the console.
    ...(mode === 'soak' && { env: { SOAK: 'true' } }),
    // Loading the same modules again for each file would take a third of the time.
    isolate: false,
    testTimeout: 30_000,
    hookTimeout: 30_000,
    typecheck: { enabled: true },
  },
}))
