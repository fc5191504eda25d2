import { defineConfig } from 'vitest/config'

// Each test starts Redocly twice, which a busy machine makes slow.
export default defineConfig({ test: { testTimeout: 60_000 } })
