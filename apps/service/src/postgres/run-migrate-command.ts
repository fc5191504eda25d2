import { contract } from '@connected-apps/contract/operations'
import { CommandError, createCommand, runCommand } from '@connected-apps/node-http/command'
import { explainError } from '../command-errors.ts'
import { readConfiguration } from '../configuration.ts'
import { migrate } from './migrate.ts'

/** Migrates the database of the environment. */
export async function runMigrateCommand(): Promise<void> {
  const command = createCommand({
    name: 'migrate',
    version: `contract ${contract.version}`,
    description:
      "Applies the migrations that the database lacks, as the role of MIGRATION_DATABASE_URL, or else of DATABASE_URL. If both are set, the role of DATABASE_URL gets the privileges that the service needs. Prints the migrations' names as JSON.",
  }).action(run)
  await runCommand(command, { explain: explainError })
}

async function run(): Promise<void> {
  const { DATABASE_URL, MIGRATION_DATABASE_URL } = process.env
  const url = DATABASE_URL ?? MIGRATION_DATABASE_URL
  if (url === undefined) {
    throw new CommandError(
      'MIGRATION_DATABASE_URL and DATABASE_URL are missing; set one of them, or both',
    )
  }
  const environment = { DATABASE_URL: url, MIGRATION_DATABASE_URL }
  const { databaseUrl = url, migrationDatabaseUrl } = readConfiguration(environment)
  const applied = await migrate({
    databaseUrl,
    migrationDatabaseUrl,
    onWait: () => process.stderr.write('migrate: waiting for another migration to end\n'),
  })
  process.stdout.write(`${JSON.stringify({ applied })}\n`)
}
