import { defineConfig } from 'vitest/config'

export default defineConfig(({ mode }) => ({
  test: {
    // `vitest --mode soak` takes pictures of the console.
    ...(mode === 'soak' && { env: { SOAK: 'true' } }),
    // Loading the same modules anew for each file would take a third of the time.
    isolate: false,
    testTimeout: 30_000,
    hookTimeout: 30_000,
    typecheck: { enabled: true },
  },
}))
