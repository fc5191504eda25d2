#!/usr/bin/env node
import { createRequire } from 'node:module'
import { setFlagsFromString } from 'node:v8'
import type { Command } from '@connected-apps/node-http/command'
import { createCommand, InvalidArgumentError, runCommand } from '@connected-apps/node-http/command'
import { COMMAND } from '../command.ts'
import { EXIT_CODES } from './exit-codes.ts'
import type { ListCommandOptions } from './list.ts'
import type { ReportCommandOptions } from './report.ts'
import type { RevokeAllCommandOptions } from './revoke-all.ts'
import type { RevokeCommandOptions } from './revoke.ts'
import type { VerifyCommandOptions } from './verify.ts'

// Of what fetch leaves behind, V8 would collect nothing until the heap is several times as large as
// what is in use, and the memory of a run is to stay flat. Both settings are read whenever the heap
// grows, so they take effect from here on. In the first line of this file, they would need `env -S`,
// which BusyBox does not have.
setFlagsFromString('--heap-growing-percent=50')
setFlagsFromString('--semi-space-growth-factor=1')

// Not an import attribute, for which Node.js 20 prints a warning.
const manifest: { version: string; description: string; engines: { node: string } } = createRequire(
  import.meta.url,
)('@connected-apps/cli/package.json')

// Each command loads its code when it runs: neither help nor a usage error needs the client.
const command = createCommand({
  name: 'connected-apps',
  version: manifest.version,
  description:
    'Lists Connected Apps and revokes their access to Members: to one, or in an incident to all.',
})

callsApi(command.command('revoke'))
  .description("revoke one app's access to one Member")
  .requiredOption('--organization-id <ID>', "id, slug or external id of the Member's Organization")
  .requiredOption('--member-id <ID>', 'id or external id of the Member')
  .requiredOption('--connected-app-id <ID>', 'id of the app')
  .option('--json', 'print the result as a line of JSON')
  .action(async (options: RevokeCommandOptions) =>
    explained(async () => (await import('./revoke.ts')).runRevoke(options)),
  )

callsApi(command.command('list'))
  .description("list a Member's apps, or an Organization's Members who use an app")
  .requiredOption('--organization-id <ID>', 'id, slug or external id of the Organization')
  .option('--member-id <ID>', 'whose apps to list')
  .option('--connected-app-id <ID>', 'whose Members to list')
  .option('--json', 'print each as a line of JSON')
  .action(async (options: ListCommandOptions) =>
    explained(async () => (await import('./list.ts')).runList(options)),
  )

callsApi(command.command('revoke-all'))
  .description('revoke many targets: shows a plan, keeps a ledger, stays within the rate limit')
  .option('--targets <FILE>', 'CSV with a header, or JSON lines; - for standard input')
  .option('--connected-app-id <ID>', 'the app; with --targets, for lines that do not name one')
  .option(
    '--organizations <FILE>',
    'find the Members who use the app in these Organizations, an id per line; or -',
  )
  .option('--resume <LEDGER>', 'continue an earlier run')
  .option('--ledger <FILE>', 'where to write the ledger (default: incident-TIME.jsonl)')
  .option(
    '--skip-invalid',
    'leave out malformed and repeated lines, and Organizations without a list',
  )
  .option('--dry-run', 'show the plan and stop; writes no ledger')
  .option('--yes', 'do not ask for confirmation')
  .option('--yes-live', 'with --yes: confirm a live project, too')
  .option(
    '--rate <CALLS>',
    'maximum calls per second (default: adapts to the rate limit)',
    parseRate,
  )
  .option('--share <FRACTION>', "share of the API's rate limit to use (default: 0.9)", parseShare)
  .option('--json', 'print each outcome and the summary as a line of JSON')
  .option('--quiet', 'show no progress')
  .action(async (options: RevokeAllCommandOptions) =>
    explained(async () => (await import('./revoke-all.ts')).runRevokeAll(options)),
  )

callsApi(command.command('verify'))
  .description('ask the API who in a ledger is still connected, or connected again')
  .argument('<LEDGER>', 'the ledger of revoke-all')
  .option('--rate <CALLS>', 'maximum calls per second (default: 20)', parseRate)
  .option('--json', 'print each connected Member and the summary as a line of JSON')
  .action(async (ledger: string, options: VerifyCommandOptions) =>
    explained(async () => (await import('./verify.ts')).runVerify(ledger, options)),
  )

command
  .command('report')
  .description('write the report for the post-mortem: Markdown, or a page with plots')
  .argument('<LEDGER>', 'the ledger of revoke-all')
  .option('--html <FILE>', 'write a self-contained page, instead of Markdown to standard output')
  .action(async (ledger: string, options: ReportCommandOptions) =>
    explained(async () => (await import('./report.ts')).runReport(ledger, options)),
  )

command.addHelpText(
  'after',
  `
Credentials come from the environment, or from the file of --credentials-file (NAME=value lines):
  STYTCH_PROJECT_ID, STYTCH_SECRET   required
  CONNECTED_APPS_BASE_URL            URL of another server
  CONNECTED_APPS_SESSION_TOKEN       the session of the Member on whose authority to act;
  CONNECTED_APPS_SESSION_JWT         the same as a JWT

Exit codes:
${Object.entries(EXIT_CODES)
  .map(([code, meaning]) => `  ${code.padEnd(4)} ${meaning}\n`)
  .join('')}`,
)

await runCommand(command, { engine: manifest.engines.node, invocation: COMMAND })

/** Runs a command. An error of the API is one line. */
async function explained(run: () => Promise<void>): Promise<void> {
  const { explainError } = await import('./explain-error.ts')
  try {
    await run()
  } catch (error) {
    const { line, exitCode } = explainError(error)
    process.stderr.write(`connected-apps: ${line}\n`)
    process.exitCode = exitCode
  }
}

function callsApi(subcommand: Command): Command {
  return subcommand
    .option(
      '--credentials-file <FILE>',
      'read the credentials from this file, not from the environment',
    )
    .option('--base-url <URL>', 'URL of the API (default: that of the project)')
}

function parseRate(text: string): number {
  const rate = Number(text)
  if (/^\d{1,6}(\.\d+)?$/.test(text) && rate >= 0.001) return rate
  throw new InvalidArgumentError('must be a number of calls per second, at least 0.001')
}

function parseShare(text: string): number {
  const share = Number(text)
  if (/^[01](\.\d+)?$/.test(text) && share >= 0.01 && share <= 1) return share
  throw new InvalidArgumentError('must be a number from 0.01 to 1')
}
