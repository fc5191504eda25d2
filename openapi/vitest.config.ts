import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'

// Most tests start Redocly, which a busy machine makes slow; more at a time than there are cores
// would only make each of them slower.
export default defineConfig({
  test: { testTimeout: 60_000, hookTimeout: 180_000, maxConcurrency: availableParallelism() },
})
