import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { allOperations, contract } from '@connected-apps/contract/operations'
import {
  CommandError,
  InvalidArgumentError,
  Option,
  UsageError,
  createCommand,
  runCommand,
} from '@connected-apps/node-http/command'
import type { Client } from 'pg'
import { explainError } from '../command-errors.ts'
import { readConfiguration } from '../configuration.ts'
import { isPrivilegeError } from '../postgres/errors.ts'
import { withClient } from '../postgres/hosts.ts'
import { remedy as grantRemedy } from '../postgres/privileges.ts'
import type { AuditFilter } from './log.ts'
import { deleteAuditRows, findUnknown, readAuditLog, toTime } from './log.ts'

const actions = [
  ...allOperations.filter(({ safety }) => safety !== 'safe').map(({ operationId }) => operationId),
  'consent',
  'endGrant',
  'raiseCounter',
]

/** The variable whose URL is used; {@link connect} sets it. */
let variable = 'DATABASE_URL'
/** What to do if its role lacks a privilege. */
let remedy = grantRemedy

const command = createCommand({
  name: 'audit-log',
  version: `contract ${contract.version}`,
  description:
    'Prints the audit log of the database at DATABASE_URL as JSON lines, oldest first. A TIME is a date or time of ISO 8601, such as 2026-01-31 (in UTC) or 2026-01-31T12:00:00Z.',
})
  .option('--project-id <ID>', 'only rows of this project')
  .option('--organization-id <ID>', 'only rows of this Organization')
  .option('--member-id <ID>', 'only rows about this Member')
  .option('--connected-app-id <ID>', 'only rows about this Connected App')
  .addOption(new Option('--action <ACTION>', 'only rows of this kind').choices(actions))
  .option('--since <TIME>', 'only rows of this time or later', parseTime)
  .option('--until <TIME>', 'only rows before this time', parseTime)
  // So that `delete` rejects these filters: if it ignored one, it would delete more rows than intended.
  .enablePositionalOptions()
  .action((filter: AuditFilter) =>
    connect(['DATABASE_URL', 'MIGRATION_DATABASE_URL'], async (client) => {
      await assertCanMatch(client, filter)
      try {
        await pipeline(Readable.from(readAuditLog(client, filter)), process.stdout, { end: false })
      } catch (error) {
        // The reader of the output, such as `head`, has closed it.
        if (!(error instanceof Error && 'code' in error && error.code === 'EPIPE')) throw error
      }
    }),
  )

command
  .command('delete')
  .description('deletes old rows as the owner (MIGRATION_DATABASE_URL), and prints their number')
  .requiredOption('--before <TIME>', 'only rows before this time', parseTime)
  .action(async ({ before }: { before: string }) => {
    if (Object.keys(command.opts()).length > 0) {
      throw new UsageError('delete takes no other option than --before; leave the others out')
    }
    if (Date.parse(before) > Date.now()) {
      throw new UsageError(`--before ${before} is in the future; pass a time in the past`)
    }
    remedy = "set MIGRATION_DATABASE_URL to the URL of the tables' owner"
    await connect(['MIGRATION_DATABASE_URL', 'DATABASE_URL'], async (client) => {
      const deleted = await deleteAuditRows(client, before)
      process.stdout.write(`${JSON.stringify({ deleted })}\n`)
    })
  })

await runCommand(command, { explain })

/** Rejects a filter that can match nothing, since its result would look as if nothing had happened. */
async function assertCanMatch(client: Client, filter: AuditFilter): Promise<void> {
  const { since, until } = filter
  if (since !== undefined && until !== undefined && Date.parse(since) >= Date.parse(until)) {
    throw new UsageError(`--since ${since} is not before --until ${until}`)
  }
  const unknown = await findUnknown(client, filter)
  if (unknown === undefined) return
  const { noun, id } = unknown
  throw new CommandError(`there is no ${noun} ${id}; give its id, not its slug or external id`)
}

/** Connects to the first of these variables that is set. */
async function connect(
  variables: [string, string],
  use: (client: Client) => Promise<void>,
): Promise<void> {
  const set = variables.find((name) => process.env[name] !== undefined)
  if (set === undefined)
    throw new CommandError(`${variables.join(' and ')} are missing; set one of them`)
  variable = set
  const { databaseUrl = '' } = readConfiguration({ DATABASE_URL: process.env[variable] })
  await withClient(databaseUrl, { application_name: 'connected-apps audit-log' }, use)
}

function explain(error: unknown): string[] {
  if (isPrivilegeError(error)) {
    return [`the role of ${variable} may not do this (${error.message}); ${remedy}`]
  }
  return explainError(error, variable)
}

function parseTime(value: string): string {
  const time = toTime(value)
  if (time !== undefined) return time
  throw new InvalidArgumentError('must be like 2026-01-31, or 2026-01-31T12:00:00Z')
}
