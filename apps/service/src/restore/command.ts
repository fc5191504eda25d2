import { contract } from '@connected-apps/contract/operations'
import {
  CommandError,
  Option,
  UsageError,
  createCommand,
  runCommand,
} from '@connected-apps/node-http/command'
import { explainError } from '../command-errors.ts'
import { readDatabaseConfiguration } from '../configuration.ts'
import { Database } from '../postgres/database.ts'
import { migrate } from '../postgres/migrate.ts'
import { raiseCounters } from './raise-counters.ts'

const command = createCommand({
  name: 'raise-counters',
  version: `contract ${contract.version}`,
  description:
    'Ends the access of all Connected Apps, in the database at DATABASE_URL. Run it after a backup was restored, or after a failover to an asynchronous standby, before the service starts: that data has tokens as active that were revoked since. Members have to give consent again. Prints the number of Members and Connected Apps whose counter was raised as JSON. If it was interrupted, run it again.',
})
  .option('--project-id <ID>', 'only in this project')
  .addOption(new Option('--all', 'in all projects').conflicts('projectId'))
  .action(async ({ projectId, all }: { projectId?: string; all?: true }) => {
    if (projectId === undefined && !all) {
      throw new UsageError('pass --all, or --project-id for one project')
    }
    await run(projectId)
  })

await runCommand(command, { explain: explainError })

async function run(projectId: string | undefined): Promise<void> {
  const configuration = readDatabaseConfiguration(process.env)
  const { databaseUrl, migrationDatabaseUrl, isDistributed } = configuration
  await migrate({ databaseUrl, migrationDatabaseUrl })
  const database = new Database({
    url: databaseUrl,
    poolSize: 1,
    // The command may run through any pooler.
    prepare: false,
    isDistributed,
    isReplicaRead: configuration.readDatabaseUrl !== undefined,
    // The statement that used the connection fails as well.
    onError: () => undefined,
  })
  try {
    await assertProject(database, projectId)
    const raised = await raiseCounters(database, projectId)
    process.stdout.write(`${JSON.stringify({ raised })}\n`)
  } finally {
    await database.close()
  }
}

async function assertProject(database: Database, projectId: string | undefined): Promise<void> {
  if (projectId === undefined) return
  const find = {
    name: 'find-project',
    text: 'SELECT project_id FROM projects WHERE project_id = $1',
  }
  const found = await database.query(find, [projectId])
  if (found.length === 0) throw new CommandError(`there is no project ${projectId}`)
}
