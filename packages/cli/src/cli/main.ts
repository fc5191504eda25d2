#!/usr/bin/env node
import { createRequire } from 'node:module'
import type { Command } from '@connected-apps/node-http/command'
import { createCommand, InvalidArgumentError, runCommand } from '@connected-apps/node-http/command'
import { EXIT_CODES } from './exit-codes.ts'
import type { ListCommandOptions } from './list.ts'
import type { ReportCommandOptions } from './report.ts'
import type { RevokeAllCommandOptions } from './revoke-all.ts'
import type { RevokeCommandOptions } from './revoke.ts'
import type { VerifyCommandOptions } from './verify.ts'

// Not an import attribute, for which Node.js 20 prints a warning.
const manifest: { version: string; description: string; engines: { node: string } } = createRequire(
  import.meta.url,
)('@connected-apps/cli/package.json')

// Each command loads its code when it runs: neither help nor a usage error needs the client.
const command = createCommand({
  name: 'connected-apps',
  version: manifest.version,
  description: "Lists and revokes Connected Apps' access to Members: one, or in an incident all.",
})

callsApi(command.command('revoke'))
  .description("revoke one app's access to one Member")
  .requiredOption('--organization-id <ID>', "id, slug or external id of the Member's Organization")
  .requiredOption('--member-id <ID>', 'id or external id of the Member')
  .requiredOption('--connected-app-id <ID>', 'id of the app')
  .option('--json', 'print a line of JSON')
  .action(async (options: RevokeCommandOptions) =>
    explained(async () => (await import('./revoke.ts')).runRevoke(options)),
  )

callsApi(command.command('list'))
  .description("list a Member's apps, or an Organization's Members who use an app")
  .requiredOption('--organization-id <ID>', 'id, slug or external id of the Organization')
  .option('--member-id <ID>', 'whose apps to list')
  .option('--connected-app-id <ID>', 'whose Members to list')
  .option('--json', 'print a line of JSON for each')
  .action(async (options: ListCommandOptions) =>
    explained(async () => (await import('./list.ts')).runList(options)),
  )

callsApi(command.command('revoke-all'))
  .description('revoke a list of targets, with a plan, a ledger, and a pace that the API bears')
  .option('--targets <FILE>', 'CSV with a header, or JSON lines; - for standard input')
  .option('--connected-app-id <ID>', 'the app; for targets, where lines do not name it')
  .option('--organizations <FILE>', 'whose Members who use the app to find, an id a line; or -')
  .option('--resume <LEDGER>', 'go on with an earlier run')
  .option('--ledger <FILE>', 'the new ledger (default: incident-TIME.jsonl)')
  .option('--skip-invalid', 'leave out lines that are malformed or the same as an earlier one')
  .option('--dry-run', 'end with the plan; writes no ledger')
  .option('--yes', 'do not ask')
  .option('--yes-live', 'besides --yes, for a live project')
  .option('--rate <CALLS>', 'calls per second at most (default: found out)', parseRate)
  .option('--share <PART>', "part of the API's limit to use (default: 0.9)", parseShare)
  .option('--json', 'print a line of JSON for each outcome, and one at the end')
  .option('--quiet', 'show no progress')
  .action(async (options: RevokeAllCommandOptions) =>
    explained(async () => (await import('./revoke-all.ts')).runRevokeAll(options)),
  )

callsApi(command.command('verify'))
  .description('ask the API who of a ledger is still connected, or again')
  .argument('<LEDGER>', 'the ledger of revoke-all')
  .option('--rate <CALLS>', 'calls per second at most (default: 20)', parseRate)
  .option('--json', 'print a line of JSON for each Member who is connected, and one at the end')
  .action(async (ledger: string, options: VerifyCommandOptions) =>
    explained(async () => (await import('./verify.ts')).runVerify(ledger, options)),
  )

command
  .command('report')
  .description('report on a ledger, for the post-mortem: Markdown, or a page with plots')
  .argument('<LEDGER>', 'the ledger of revoke-all')
  .option('--html <FILE>', 'write a page that needs no other file, instead of Markdown to stdout')
  .action(async (ledger: string, options: ReportCommandOptions) =>
    explained(async () => (await import('./report.ts')).runReport(ledger, options)),
  )

command.addHelpText(
  'after',
  `
Credentials are variables, of the environment or of the file of --credentials-file (NAME=value lines):
  STYTCH_PROJECT_ID, STYTCH_SECRET   required
  CONNECTED_APPS_BASE_URL            of another server
  CONNECTED_APPS_SESSION_TOKEN       the session of a Member on whose authority to call;
  CONNECTED_APPS_SESSION_JWT         or as a JWT

Exit codes:
${Object.entries(EXIT_CODES)
  .map(([code, meaning]) => `  ${code.padEnd(4)} ${meaning}\n`)
  .join('')}`,
)

await runCommand(command, { engine: manifest.engines.node })

/** Runs a command. An error of the API is one line, and the exit code is then 1. */
async function explained(run: () => Promise<void>): Promise<void> {
  const { explainError } = await import('./explain-error.ts')
  try {
    await run()
  } catch (error) {
    process.stderr.write(`connected-apps: ${explainError(error)}\n`)
    process.exitCode = 1
  }
}

function callsApi(subcommand: Command): Command {
  return subcommand
    .option('--credentials-file <FILE>', 'read all variables from it, not from the environment')
    .option('--base-url <URL>', 'URL of another server (default: that of the project)')
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
