#!/usr/bin/env node
import { enableCompileCache } from 'node:module'
import { help, parseCommandLine, UsageError } from './command-line.ts'
import type { Command } from './command-line.ts'

enableCompileCache()

try {
  await run(parseCommandLine(process.argv.slice(2)))
} catch (error) {
  if (!(error instanceof Error) || !isExpected(error)) throw error
  console.error(`connected-apps-mock: ${error.message}`)
  process.exitCode = 2
}

async function run(command: Command): Promise<void> {
  switch (command.name) {
    case 'help':
      console.log(help)
      return
    case 'version': {
      const { default: manifest } = await import('@connected-apps/mock/package.json', {
        with: { type: 'json' },
      })
      console.log(manifest.version)
      return
    }
    case 'mock':
      // Prism is loaded only now: a wrong command line is answered at once.
      return (await import('./run-mock.ts')).runMock(command)
    case 'proxy':
      return (await import('./run-proxy.ts')).runProxy(command)
  }
}

function isExpected(error: Error): boolean {
  return error instanceof UsageError || error.name === 'ListenError'
}
