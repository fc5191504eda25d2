import { defineConfig } from 'vitest/config'

// The time limit is there to end what hangs; busy machines are slow.
export default defineConfig({ test: { typecheck: { enabled: true }, testTimeout: 60_000 } })
