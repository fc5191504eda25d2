import { readFile } from 'node:fs/promises'
import { checkParameter } from '@connected-apps/contract'
import { allOperations, contract } from '@connected-apps/contract/operations'
import {
  CommandError,
  InvalidArgumentError,
  createCommand,
  runCommand,
} from '@connected-apps/node-http/command'
import type { JSONWebKeySet } from 'jose'
import { Pool } from 'pg'
import { explainError } from '../command-errors.ts'
import { readConfiguration } from '../configuration.ts'
import { commitOnDisk } from '../postgres/database.ts'
import { clientFor } from '../postgres/hosts.ts'
import { migrate } from '../postgres/migrate.ts'
import {
  addConnectedApp,
  addMember,
  addOrganization,
  addProject,
  addResourceServer,
  addSession,
  newSecret,
  replaceSecret,
} from './resources.ts'

const existsQueries = {
  project: 'SELECT FROM projects WHERE project_id = $1',
  organization: 'SELECT FROM organizations WHERE organization_id = $1',
  member: 'SELECT FROM members WHERE member_id = $1 AND organization_id = $2',
}

const command = createCommand({
  name: 'provision',
  version: `contract ${contract.version}`,
  description:
    'Creates one resource in the database at DATABASE_URL, and prints its id and secret as JSON. A secret is never shown again.',
})

command
  .command('project')
  .description('a project with the default roles, and its secret')
  .option('--live', 'a live project; default: a test project')
  .option('--session-jwks <FILE>', 'public keys of its session JWTs (RFC 7517)')
  .action(async ({ live = false, sessionJwks }: { live?: boolean; sessionJwks?: string }) => {
    const sessionKeys = sessionJwks === undefined ? { keys: [] } : await readKeySet(sessionJwks)
    await create(async (pool) => {
      const { projectId, secret } = await addProject(pool, { live, sessionKeys })
      return { project_id: projectId, secret }
    })
  })

command
  .command('secret')
  .description('a new secret of a project; the old one is rejected at once')
  .requiredOption('--project-id <ID>', 'the project')
  .action(({ projectId }: { projectId: string }) =>
    create(async (pool) => {
      await assertExists(pool, 'project', projectId)
      return { project_id: projectId, secret: await replaceSecret(pool, projectId) }
    }),
  )

command
  .command('organization')
  .description('an Organization')
  .requiredOption('--project-id <ID>', 'its project')
  .option('--slug <SLUG>', 'default: its id', (value) =>
    parseIdentifier(value, 'slug', 'organization_id'),
  )
  .option('--external-id <ID>', 'an id of your own', (value) =>
    parseIdentifier(value, 'external-id', 'organization_id'),
  )
  .action((options: { projectId: string; slug?: string; externalId?: string }) =>
    create(async (pool) => {
      await assertExists(pool, 'project', options.projectId)
      return { organization_id: await addOrganization(pool, options) }
    }),
  )

command
  .command('member')
  .description('a Member of an Organization')
  .requiredOption('--organization-id <ID>', 'its Organization')
  .option('--external-id <ID>', 'an id of your own', (value) =>
    parseIdentifier(value, 'external-id', 'member_id'),
  )
  .option('--name <NAME>', 'shown on the consent page')
  .option('--roles <ROLES>', 'separated by commas; default: stytch_member', (value) =>
    value.split(','),
  )
  .action(
    (options: { organizationId: string; externalId?: string; name?: string; roles?: string[] }) =>
      create(async (pool) => {
        await assertExists(pool, 'organization', options.organizationId)
        return { member_id: await addMember(pool, options) }
      }),
  )

command
  .command('session')
  .description('a session of a Member, and its token')
  .requiredOption('--organization-id <ID>', "the Member's Organization")
  .requiredOption('--member-id <ID>', 'the Member')
  .option('--hours <NUMBER>', 'how long it lives', parseHours, 24)
  .action((options: { organizationId: string; memberId: string; hours: number }) =>
    create(async (pool) => {
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
  name?: string
  description?: string
  logoUrl?: string
  firstParty?: boolean
  public?: boolean
}

command
  .command('connected-app')
  .description('a Connected App, and its secret unless it is public')
  .requiredOption('--project-id <ID>', 'its project')
  .requiredOption('--redirect-uri <URL>', 'where codes are sent', parseRedirectUri)
  .option('--name <NAME>', 'shown on the consent page, and in lists')
  .option('--description <TEXT>', 'what it is for')
  .option('--logo-url <URL>', 'its logo', parseLogoUrl)
  .option('--first-party', "developed by the project's owner")
  .option('--public', 'a client without a secret, such as one that runs in a browser')
  .action(({ firstParty = false, public: isPublic = false, ...options }: ConnectedAppOptions) =>
    create(async (pool) => {
      await assertExists(pool, 'project', options.projectId)
      const app = { ...options, isFirstParty: firstParty }
      if (isPublic) return { connected_app_id: await addConnectedApp(pool, app) }
      const secret = newSecret()
      return { connected_app_id: await addConnectedApp(pool, { ...app, secret }), secret }
    }),
  )

command
  .command('resource-server')
  .description('an API that may introspect every access token of its project, and its secret')
  .requiredOption('--project-id <ID>', 'its project')
  .requiredOption('--name <NAME>', 'what you call it')
  .action((options: { projectId: string; name: string }) =>
    create(async (pool) => {
      await assertExists(pool, 'project', options.projectId)
      const { resourceServerId, secret } = await addResourceServer(pool, options)
      return { resource_server_id: resourceServerId, secret }
    }),
  )

command.addHelpText('after', () =>
  command.commands.map((each) => `\n${each.helpInformation().trimEnd()}`).join('\n'),
)

await runCommand(command, { explain: explainError })

/** Adds something in one transaction, and prints it. */
async function create(add: (pool: Pool) => Promise<object>): Promise<void> {
  const { DATABASE_URL } = process.env
  if (!DATABASE_URL) {
    throw new CommandError("DATABASE_URL is missing; set it to the URL of the service's database")
  }
  const { databaseUrl = DATABASE_URL } = readConfiguration({ DATABASE_URL })
  await migrate(databaseUrl)
  // The pool has a single connection, so that all queries belong to one transaction. If one of them
  // fails, closing the pool rolls it back.
  const pool = new Pool({ ...clientFor(databaseUrl), max: 1 })
  try {
    await pool.query('BEGIN')
    await pool.query(`SELECT ${commitOnDisk}`)
    const created = await add(pool)
    await pool.query('COMMIT')
    process.stdout.write(`${JSON.stringify(created)}\n`)
  } finally {
    await pool.end()
  }
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

/** Parses an identifier that is used in a path, where the contract does not allow every value. */
function parseIdentifier(
  value: string,
  form: 'slug' | 'external-id',
  parameterName: string,
): string {
  const { pattern, hint } = {
    slug: {
      pattern: /^[A-Za-z0-9._~-]{2,128}$/,
      hint: '2 to 128 letters (a to z, A to Z), digits or any of - . _ ~',
    },
    'external-id': {
      pattern: /^[A-Za-z0-9._|-]{1,128}$/,
      hint: '1 to 128 letters (a to z, A to Z), digits or any of - . _ |',
    },
  }[form]
  const parameters = allOperations.flatMap(({ parameters: each }) => each[parameterName] ?? [])
  const isAllowed = parameters.every((parameter) => checkParameter(parameter, value).length === 0)
  if (pattern.test(value) && isAllowed) return value
  throw new InvalidArgumentError(`must be ${hint}, and neither . nor ..`)
}

function parseHours(value: string): number {
  const hours = Number(value)
  if (hours > 0 && hours < 1e6) return hours
  throw new InvalidArgumentError('must be a number above 0')
}

/** RFC 6749 section 3.1.2, for apps that run in a browser or on a web server. */
function parseRedirectUri(value: string): string {
  if (/^https?:$/.test(URL.parse(value)?.protocol ?? '') && !value.includes('#')) return value
  throw new InvalidArgumentError('must be an http or https URL without a fragment')
}

function parseLogoUrl(value: string): string {
  if (/^https?:$/.test(URL.parse(value)?.protocol ?? '')) return value
  throw new InvalidArgumentError('must be an http or https URL')
}

async function readKeySet(file: string): Promise<JSONWebKeySet> {
  try {
    const set: unknown = JSON.parse(await readFile(file, 'utf8'))
    if (isKeySet(set)) return set
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
  }
  throw new CommandError(`--session-jwks ${file} is not a JSON Web Key Set (RFC 7517)`)
}

function isKeySet(set: unknown): set is JSONWebKeySet {
  return typeof set === 'object' && set !== null && 'keys' in set && Array.isArray(set.keys)
}
