#!/usr/bin/env node
import module from 'node:module' // the whole module: old Node.js versions lack the export enableCompileCache
import { helpText, parseCommand, UsageError } from './arguments.ts'
import type { Command } from './arguments.ts'
import { requireNode } from './node-version.ts'

interface Manifest {
  version: string
  engines: { node: string }
}

// Not an import, because old Node.js versions print a warning for JSON modules.
const manifest: Manifest = module.createRequire(import.meta.url)(
  '@connected-apps/mock/package.json',
)

try {
  requireNode(process.versions.node, manifest.engines.node)
  module.enableCompileCache()
  await run(parseCommand(process.argv.slice(2)))
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
      // Imported only now, so that usage errors are reported without loading the servers.
      return (await import('./commands.ts')).runMock(command)
    case 'proxy':
      return (await import('./commands.ts')).runProxy(command)
  }
}

// ListenError is recognized by name, because importing its class would load the server.
function isExpected(error: Error): boolean {
  return error instanceof UsageError || error.name === 'ListenError'
}
