#!/usr/bin/env node
import module from 'node:module' // whole: an older Node.js lacks the name enableCompileCache
import { readArguments } from './arguments.ts'
import type { Command } from './arguments.ts'
import { helpText } from './help.ts'
import { requireNode } from './node-version.ts'
import { UsageError } from './usage-error.ts'

interface Manifest {
  version: string
  engines: { node: string }
}

// Not imported: of JSON modules an older Node.js warns.
const manifest: Manifest = module.createRequire(import.meta.url)(
  '@connected-apps/mock/package.json',
)

try {
  requireNode(process.versions.node, manifest.engines.node)
  module.enableCompileCache()
  await run(readArguments(process.argv.slice(2)))
} catch (error) {
  if (!(error instanceof Error) || !isExpected(error)) throw error
  console.error(`connected-apps-mock: ${error.message}`)
  process.exitCode = 2
}

async function run(command: Command): Promise<void> {
  switch (command.name) {
    case 'help':
      console.log(helpText())
      return
    case 'version':
      console.log(manifest.version)
      return
    case 'mock':
      // Only now are Prism and the server loaded: a wrong command line is answered at once.
      return (await import('./run-mock.ts')).runMock(command)
    case 'proxy':
      return (await import('./run-proxy.ts')).runProxy(command)
  }
}

// ListenError by its name: to import its class would load the server in any case.
function isExpected(error: Error): boolean {
  return error instanceof UsageError || error.name === 'ListenError'
}
