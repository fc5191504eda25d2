import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    // `test/suite` is what a test here runs by a vitest of its own.
    include: ['test/*.test.ts'],
    testTimeout: 30_000,
    typecheck: { enabled: true, include: ['test/*.test-d.ts'] },
  },
})
