#!/usr/bin/env node
import os from 'node:os'

// Loading the rest takes a while, and until then the first process of a container would not receive a
// signal at all. Once something else handles the signal, these listeners leave it alone.
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    if (process.listenerCount(signal) === 1) process.exit(128 + os.constants.signals[signal])
  })
}

await import('./command.ts')
