import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    // Loading the same modules anew for each file would take a fifth of the time.
    isolate: false,
    testTimeout: 30_000,
    hookTimeout: 30_000,
  },
})
