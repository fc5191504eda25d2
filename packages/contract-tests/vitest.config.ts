import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    // `test/suite` is what a test here runs by a vitest of its own.
    include: ['test/*.test.ts'],
    typecheck: { enabled: true, include: ['test/*.test-d.ts'] },
  },
})
