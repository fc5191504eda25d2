import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    globalSetup: 'test/support/postgres.ts',
    testTimeout: 30_000,
    hookTimeout: 30_000,
  },
})
