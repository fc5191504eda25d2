import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    // Excludes `test/suite`, which a test runs in a vitest of its own.
    include: ['test/*.test.ts'],
    testTimeout: 30_000,
    typecheck: { enabled: true, include: ['test/*.test-d.ts'] },
  },
})
