import { contract } from '@connected-apps/contract/operations'
import {
  CommandError,
  Option,
  UsageError,
  createCommand,
  runCommand,
} from '@connected-apps/node-http/command'
import { Pool } from 'pg'
import { explainError } from '../command-errors.ts'
import { readDatabaseConfiguration } from '../configuration.ts'
import { clientFor } from '../postgres/hosts.ts'
import { migrate } from '../postgres/migrate.ts'
import {
  parseHours,
  parseIdentifier,
  parseLogoUrl,
  parseName,
  parseRedirectUri,
  parseRoles,
} from './arguments.ts'
import { assertNewMemberName, assertNewOrganizationNames } from './names.ts'
import {
  addConnectedApp,
  addMember,
  addOrganization,
  addProject,
  addResourceServer,
  addSession,
  newSecret,
  replaceSessionKeys,
} from './resources.ts'
import { replaceKeys, rotateKeys } from './rotate-keys.ts'
import type { SecretOwner } from './rotate-secret.ts'
import { cancelSecretRotation, finishSecretRotation, startSecretRotation } from './rotate-secret.ts'
import { readSessionKeySet } from './session-key-set.ts'

const existsQueries = {
  project: 'SELECT FROM projects WHERE project_id = $1',
  organization: 'SELECT FROM organizations WHERE organization_id = $1',
  member: 'SELECT FROM members WHERE member_id = $1 AND organization_id = $2',
}

const command = createCommand({
  name: 'provision',
  version: `contract ${contract.version}`,
  description:
    'Creates or changes one resource in the database at DATABASE_URL, and prints its id and secret as JSON. A secret is never shown again.',
})

command
  .command('project')
  .description('adds a project with the default roles, and prints its secret')
  .option('--live', 'a live project; default: a test project')
  .option('--session-jwks <FILE>', 'public keys of its session JWTs (RFC 7517)')
  .action(async ({ live = false, sessionJwks }: { live?: boolean; sessionJwks?: string }) => {
    const sessionKeys =
      sessionJwks === undefined ? { keys: [] } : await readSessionKeySet(sessionJwks)
    await change(async (pool) => {
      const { projectId, secret } = await addProject(pool, { live, sessionKeys })
      return { project_id: projectId, secret }
    })
  })

command
  .command('session-jwks')
  .description('replaces the public keys of the session JWTs of a project (RFC 7517)')
  .requiredOption('--project-id <ID>', 'the project')
  .argument('<FILE>', 'all keys that are accepted from now on')
  .action(async (file: string, { projectId }: { projectId: string }) => {
    const sessionKeys = await readSessionKeySet(file)
    await change(async (pool) => {
      await replaceSessionKeys(pool, projectId, sessionKeys)
      return { project_id: projectId, keys: sessionKeys.keys.length }
    })
  })

command
  .command('rotate-secret')
  .description(
    'adds a second secret, which is accepted beside the first; later ends either of them',
  )
  .option('--project-id <ID>', 'the project whose secret it is')
  .option('--connected-app-id <ID>', 'the Connected App whose secret it is')
  .option('--resource-server-id <ID>', 'the resource server whose secret it is')
  .option('--finish', 'the old secret is rejected from now on')
  .addOption(new Option('--cancel', 'the new secret is rejected from now on').conflicts('finish'))
  .action(({ finish, cancel, ...ids }: SecretOwnerIds & { finish?: true; cancel?: true }) => {
    const owner = secretOwnerIn(ids)
    return change(async (pool) => {
      const printed = { [`${owner.type}_id`]: owner.id }
      if (finish) await finishSecretRotation(pool, owner)
      else if (cancel) await cancelSecretRotation(pool, owner)
      else return { ...printed, secret: await startSecretRotation(pool, owner) }
      return printed
    })
  })

command
  .command('rotate-keys')
  .description('adds new keys that sign ID tokens and cookies, and prints from when they sign')
  .option('--now', 'replaces keys that have leaked: nothing that they signed is accepted any more')
  .action(({ now }: { now?: true }) =>
    change(async (pool) => {
      if (!now) return { signs_from: await rotateKeys(pool) }
      await replaceKeys(pool)
      return { message: 'the old keys are removed; everyone must sign in again' }
    }),
  )

command
  .command('organization')
  .description('adds an Organization')
  .requiredOption('--project-id <ID>', 'its project')
  .option('--slug <SLUG>', 'default: its id', (value) =>
    parseIdentifier(value, 'slug', 'organization_id'),
  )
  .option('--external-id <ID>', 'an id of your own', (value) =>
    parseIdentifier(value, 'external-id', 'organization_id'),
  )
  .action((options: { projectId: string; slug?: string; externalId?: string }) =>
    change(async (pool) => {
      await assertExists(pool, 'project', options.projectId)
      await assertNewOrganizationNames(pool, options)
      return { organization_id: await addOrganization(pool, options) }
    }),
  )

command
  .command('member')
  .description('adds a Member to an Organization')
  .requiredOption('--organization-id <ID>', 'its Organization')
  .requiredOption('--name <NAME>', 'shown on the consent page', parseName)
  .option('--external-id <ID>', 'an id of your own', (value) =>
    parseIdentifier(value, 'external-id', 'member_id'),
  )
  .option('--roles <ROLES>', 'separated by commas; default: stytch_member', parseRoles)
  .action(
    (options: { organizationId: string; name: string; externalId?: string; roles?: string[] }) =>
      change(async (pool) => {
        await assertExists(pool, 'organization', options.organizationId)
        await assertNewMemberName(pool, options)
        return { member_id: await addMember(pool, options) }
      }),
  )

command
  .command('session')
  .description('adds a session of a Member, and prints its token')
  .requiredOption('--organization-id <ID>', "the Member's Organization")
  .requiredOption('--member-id <ID>', 'the Member')
  .option('--hours <NUMBER>', 'how long it is active', parseHours, 24)
  .action((options: { organizationId: string; memberId: string; hours: number }) =>
    change(async (pool) => {
      const { organizationId, memberId, hours } = options
      await assertExists(pool, 'organization', organizationId)
      await assertExists(pool, 'member', memberId, organizationId)
      const session = { organizationId, memberId, secondsToLive: hours * 3600 }
      const { sessionId, token } = await addSession(pool, session)
      return { session_id: sessionId, session_token: token }
    }),
  )

interface ConnectedAppOptions {
  projectId: string
  redirectUri: string
  name: string
  description?: string
  logoUrl?: string
  firstParty?: boolean
  public?: boolean
}

command
  .command('connected-app')
  .description('adds a Connected App, and prints its secret unless it is public')
  .requiredOption('--project-id <ID>', 'its project')
  .requiredOption('--redirect-uri <URL>', 'where codes are sent', parseRedirectUri)
  .requiredOption('--name <NAME>', 'shown on the consent page, and in lists', parseName)
  .option('--description <TEXT>', 'what it is for')
  .option('--logo-url <URL>', 'its logo', parseLogoUrl)
  .option('--first-party', "developed by the project's owner")
  .option('--public', 'a client without a secret, such as one that runs in a browser')
  .action(({ firstParty = false, public: isPublic = false, ...options }: ConnectedAppOptions) =>
    change(async (pool) => {
      await assertExists(pool, 'project', options.projectId)
      const app = { ...options, isFirstParty: firstParty }
      if (isPublic) return { connected_app_id: await addConnectedApp(pool, app) }
      const secret = newSecret()
      return { connected_app_id: await addConnectedApp(pool, { ...app, secret }), secret }
    }),
  )

command
  .command('resource-server')
  .description(
    'adds an API that may introspect every access token of its project, and prints its secret',
  )
  .requiredOption('--project-id <ID>', 'its project')
  .requiredOption('--name <NAME>', 'a name for you', parseName)
  .action((options: { projectId: string; name: string }) =>
    change(async (pool) => {
      await assertExists(pool, 'project', options.projectId)
      const { resourceServerId, secret } = await addResourceServer(pool, options)
      return { resource_server_id: resourceServerId, secret }
    }),
  )

command.addHelpText('after', () =>
  command.commands.map((each) => `\n${each.helpInformation().trimEnd()}`).join('\n'),
)

await runCommand(command, { explain: explainError })

/** Makes a change, and prints its result. */
async function change(work: (pool: Pool) => Promise<object>): Promise<void> {
  const { databaseUrl, migrationDatabaseUrl } = readDatabaseConfiguration(process.env)
  await migrate({ databaseUrl, migrationDatabaseUrl })
  const pool = new Pool({ ...clientFor(databaseUrl), max: 1 })
  try {
    process.stdout.write(`${JSON.stringify(await work(pool))}\n`)
  } finally {
    await pool.end()
  }
}

interface SecretOwnerIds {
  projectId?: string
  connectedAppId?: string
  resourceServerId?: string
}

function secretOwnerIn({
  projectId,
  connectedAppId,
  resourceServerId,
}: SecretOwnerIds): SecretOwner {
  const owners = [
    { type: 'project', id: projectId },
    { type: 'connected_app', id: connectedAppId },
    { type: 'resource_server', id: resourceServerId },
  ] as const
  const [owner, other] = owners.filter((each): each is SecretOwner => each.id !== undefined)
  if (owner !== undefined && other === undefined) return owner
  throw new UsageError(
    'pass one of --project-id, --connected-app-id and --resource-server-id, and only one',
  )
}

/** Without this check, the message would be that of a foreign key, which names a table. */
async function assertExists(
  pool: Pool,
  type: keyof typeof existsQueries,
  ...ids: string[]
): Promise<void> {
  const { rowCount } = await pool.query(existsQueries[type], ids)
  if (rowCount !== 0) return
  const hint = type === 'project' ? '' : '; give its id, not its slug or external id'
  throw new CommandError(`there is no ${type} ${ids.join(' in organization ')}${hint}`)
}
