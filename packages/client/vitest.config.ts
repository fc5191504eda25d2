import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    // Loading the same modules anew for each file would take a third of the time.
    isolate: false,
    typecheck: { enabled: true },
    // It only has to end tests that hang. It is long because busy machines are slow.
    testTimeout: 60_000,
  },
})
