import { defineConfig } from 'vitest/config'

// The timeout only has to end tests that hang. It is long because busy machines are slow.
export default defineConfig({ test: { typecheck: { enabled: true }, testTimeout: 60_000 } })
