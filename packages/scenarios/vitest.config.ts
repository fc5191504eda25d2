import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    // Loading the same modules anew for each file would take most of the time.
    isolate: false,
    // Vite and a browser take seconds on a busy machine.
    testTimeout: 30_000,
    hookTimeout: 30_000,
    typecheck: { enabled: true },
  },
})
