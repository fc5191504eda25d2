import { readFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import type { ParameterName } from '@connected-apps/contract'
import { checkParameter } from '@connected-apps/contract/request'
import type { JSONWebKeySet } from 'jose'
import { Pool } from 'pg'
import { EXIT_USAGE, explainError } from '../command-errors.ts'
import { readConfiguration } from '../configuration.ts'
import { migrate } from '../postgres/migrate.ts'
import {
  addConnectedApp,
  addMember,
  addOrganization,
  addProject,
  addSession,
  newSecret,
  replaceSecret,
} from './resources.ts'

const text = { type: 'string' } as const
const flag = { type: 'boolean' } as const

const existsQueries = {
  project: 'SELECT FROM projects WHERE project_id = $1',
  organization: 'SELECT FROM organizations WHERE organization_id = $1',
  member: 'SELECT FROM members WHERE member_id = $1 AND organization_id = $2',
}

const identifierFormats = {
  slug: {
    pattern: /^[A-Za-z0-9._~-]{2,128}$/,
    hint: '2 to 128 letters (a to z, A to Z), digits or any of - . _ ~',
  },
  'external-id': {
    pattern: /^[A-Za-z0-9._|-]{1,128}$/,
    hint: '1 to 128 letters (a to z, A to Z), digits or any of - . _ |',
  },
}

/** Parses the options of a resource, and returns the function that creates it. */
type Parse = (args: string[]) => (pool: Pool) => Promise<object>

const resources: Record<string, { usage: string; parse: Parse }> = {
  project: {
    usage: '[--live] [--session-jwks FILE]',
    parse(args) {
      const options = { live: flag, 'session-jwks': text }
      const { live = false, 'session-jwks': file } = parseArgs({ args, options }).values
      return async (pool) => {
        const sessionKeys = file === undefined ? { keys: [] } : await readKeySet(file)
        const { projectId, secret } = await addProject(pool, { live, sessionKeys })
        return { project_id: projectId, secret }
      }
    },
  },
  secret: {
    usage: '--project-id ID',
    parse(args) {
      const { values } = parseArgs({ args, options: { 'project-id': text } })
      const projectId = required(values, 'project-id')
      return async (pool) => {
        await assertExists(pool, 'project', projectId)
        return { project_id: projectId, secret: await replaceSecret(pool, projectId) }
      }
    },
  },
  organization: {
    usage: '--project-id ID [--slug SLUG] [--external-id ID]',
    parse(args) {
      const options = { 'project-id': text, slug: text, 'external-id': text }
      const { values } = parseArgs({ args, options })
      const projectId = required(values, 'project-id')
      const slug = parseIdentifier(values, 'slug', 'organization_id')
      const externalId = parseIdentifier(values, 'external-id', 'organization_id')
      return async (pool) => {
        await assertExists(pool, 'project', projectId)
        const organization = { projectId, ...slug, ...externalId }
        return { organization_id: await addOrganization(pool, organization) }
      }
    },
  },
  member: {
    usage: '--organization-id ID [--external-id ID] [--name NAME] [--roles ROLE,…]',
    parse(args) {
      const options = { 'organization-id': text, 'external-id': text, name: text, roles: text }
      const { values } = parseArgs({ args, options })
      const organizationId = required(values, 'organization-id')
      const externalId = parseIdentifier(values, 'external-id', 'member_id')
      const { name, roles } = values
      const rest = { ...(name && { name }), ...(roles && { roles: roles.split(',') }) }
      return async (pool) => {
        await assertExists(pool, 'organization', organizationId)
        return { member_id: await addMember(pool, { organizationId, ...externalId, ...rest }) }
      }
    },
  },
  session: {
    usage: '--organization-id ID --member-id ID [--hours N]',
    parse(args) {
      const options = { 'organization-id': text, 'member-id': text, hours: text }
      const { values } = parseArgs({ args, options })
      const organizationId = required(values, 'organization-id')
      const memberId = required(values, 'member-id')
      const hours = Number(values.hours ?? 24)
      if (!(hours > 0 && hours < 1e6)) throw new TypeError('--hours must be a number above 0')
      return async (pool) => {
        await assertExists(pool, 'organization', organizationId)
        await assertExists(pool, 'member', memberId, organizationId)
        const session = { organizationId, memberId, secondsToLive: hours * 3600 }
        const { sessionId, token } = await addSession(pool, session)
        return { session_id: sessionId, session_token: token }
      }
    },
  },
  'connected-app': {
    usage: '--project-id ID --redirect-uri URL [--name NAME] [--public]',
    parse(args) {
      const options = { 'project-id': text, 'redirect-uri': text, name: text, public: flag }
      const { values } = parseArgs({ args, options })
      const projectId = required(values, 'project-id')
      const redirectUri = required(values, 'redirect-uri')
      if (!isRedirectUri(redirectUri)) {
        throw new TypeError('--redirect-uri must be an http or https URL without a fragment')
      }
      const app = { projectId, redirectUri, ...(values.name && { name: values.name }) }
      return async (pool) => {
        await assertExists(pool, 'project', projectId)
        if (values.public) return { connected_app_id: await addConnectedApp(pool, app) }
        const secret = newSecret()
        return { connected_app_id: await addConnectedApp(pool, { ...app, secret }), secret }
      }
    },
  },
}

const usage = `usage: DATABASE_URL=… npx pnpm provision RESOURCE OPTIONS
${Object.entries(resources)
  .map(([name, resource]) => `  ${name} ${resource.usage}\n`)
  .join(
    '',
  )}Creates one resource, and prints its id and secret as JSON. The secret is never shown again.
`

try {
  await run(process.argv.slice(2))
} catch (error) {
  for (const line of explainError(error)) process.stderr.write(`provision: ${line}\n`)
  process.exit(EXIT_USAGE)
}

async function run([name = '', ...args]: string[]): Promise<void> {
  if (name === '--help') {
    process.stdout.write(usage)
    return
  }
  const resource = Object.hasOwn(resources, name) ? resources[name] : undefined
  if (resource === undefined) {
    throw new TypeError(
      `the first argument must be one of ${Object.keys(resources).join(', ')}; see --help`,
    )
  }
  const create = resource.parse(args)
  const { DATABASE_URL } = process.env
  if (!DATABASE_URL) throw new TypeError('DATABASE_URL is missing')
  const { databaseUrl = DATABASE_URL } = readConfiguration({ DATABASE_URL })
  await migrate(databaseUrl)
  // The pool has a single connection, so that all queries belong to one transaction. If one of them
  // fails, closing the pool rolls it back.
  const pool = new Pool({ connectionString: databaseUrl, max: 1 })
  try {
    await pool.query('BEGIN')
    const created = await create(pool)
    await pool.query('COMMIT')
    process.stdout.write(`${JSON.stringify(created)}\n`)
  } finally {
    await pool.end()
  }
}

function required<Name extends string>(values: { [N in Name]?: string }, name: Name): string {
  const value = values[name]
  if (!value) throw new TypeError(`--${name} is missing`)
  return value
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
  throw new Error(`there is no ${type} ${ids.join(' in organization ')}${hint}`)
}

/** Checks an identifier that is used in a path, where the contract does not allow every value. */
function parseIdentifier(
  values: Partial<Record<keyof typeof identifierFormats, string>>,
  name: keyof typeof identifierFormats,
  parameter: ParameterName,
): { slug?: string; externalId?: string } {
  const value = values[name]
  if (value === undefined) return {}
  const { pattern, hint } = identifierFormats[name]
  if (!pattern.test(value) || checkParameter(parameter, value).length > 0) {
    throw new TypeError(`--${name} must be ${hint}, and neither . nor ..`)
  }
  return name === 'slug' ? { slug: value } : { externalId: value }
}

/** RFC 6749 section 3.1.2, for apps that run in a browser or on a web server. */
function isRedirectUri(value: string): boolean {
  const url = URL.parse(value)
  return url !== null && /^https?:$/.test(url.protocol) && !value.includes('#')
}

async function readKeySet(file: string): Promise<JSONWebKeySet> {
  try {
    const set: unknown = JSON.parse(await readFile(file, 'utf8'))
    if (isKeySet(set)) return set
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
  }
  throw new TypeError(`--session-jwks ${file} is not a JSON Web Key Set (RFC 7517)`)
}

function isKeySet(set: unknown): set is JSONWebKeySet {
  return typeof set === 'object' && set !== null && 'keys' in set && Array.isArray(set.keys)
}
