import { readFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import type { ParameterName } from '@connected-apps/contract'
import { checkParameter } from '@connected-apps/contract/request'
import type { JSONWebKeySet } from 'jose'
import { Pool } from 'pg'
import { readConfiguration } from './configuration.ts'
import { explain, misuse } from './explain.ts'
import { migrate } from './postgres/migrate.ts'
import {
  addConnectedApp,
  addMember,
  addOrganization,
  addProject,
  addSession,
  newSecret,
  replaceSecret,
} from './provision.ts'

const text = { type: 'string' } as const
const flag = { type: 'boolean' } as const

/** Reads the options of one kind of thing, and gives what then adds it. */
type Read = (args: string[]) => (pool: Pool) => Promise<object>

const things: Record<string, { usage: string; read: Read }> = {
  project: {
    usage: '[--live] [--session-jwks FILE]',
    read(args) {
      const options = { live: flag, 'session-jwks': text }
      const { live = false, 'session-jwks': file } = parseArgs({ args, options }).values
      return async (pool) => {
        const sessionKeys = file === undefined ? { keys: [] } : await readKeys(file)
        const { projectId, secret } = await addProject(pool, { live, sessionKeys })
        return { project_id: projectId, secret }
      }
    },
  },
  secret: {
    usage: '--project-id ID',
    read(args) {
      const { values } = parseArgs({ args, options: { 'project-id': text } })
      const projectId = given(values, 'project-id')
      return async (pool) => {
        const secret = await replaceSecret(pool, projectId)
        if (secret === undefined) throw new Error(`there is no project ${projectId}`)
        return { project_id: projectId, secret }
      }
    },
  },
  organization: {
    usage: '--project-id ID [--slug SLUG] [--external-id ID]',
    read(args) {
      const options = { 'project-id': text, slug: text, 'external-id': text }
      const { values } = parseArgs({ args, options })
      const projectId = given(values, 'project-id')
      const slug = identifier(values, 'slug', 'organization_id')
      const externalId = identifier(values, 'external-id', 'organization_id')
      return async (pool) => ({
        organization_id: await addOrganization(pool, { projectId, ...slug, ...externalId }),
      })
    },
  },
  member: {
    usage: '--organization-id ID [--external-id ID] [--name NAME] [--roles ROLE,…]',
    read(args) {
      const options = { 'organization-id': text, 'external-id': text, name: text, roles: text }
      const { values } = parseArgs({ args, options })
      const organizationId = given(values, 'organization-id')
      const externalId = identifier(values, 'external-id', 'member_id')
      const { name, roles } = values
      const rest = { ...(name && { name }), ...(roles && { roles: roles.split(',') }) }
      return async (pool) => ({
        member_id: await addMember(pool, { organizationId, ...externalId, ...rest }),
      })
    },
  },
  session: {
    usage: '--organization-id ID --member-id ID [--hours N]',
    read(args) {
      const options = { 'organization-id': text, 'member-id': text, hours: text }
      const { values } = parseArgs({ args, options })
      const organizationId = given(values, 'organization-id')
      const memberId = given(values, 'member-id')
      const hours = Number(values.hours ?? 24)
      if (!(hours > 0 && hours < 1e6)) throw new TypeError('--hours must be a number above 0')
      return async (pool) => {
        const session = { organizationId, memberId, secondsToLive: hours * 3600 }
        const { sessionId, token } = await addSession(pool, session)
        return { session_id: sessionId, session_token: token }
      }
    },
  },
  'connected-app': {
    usage: '--project-id ID --redirect-uri URL [--name NAME] [--public]',
    read(args) {
      const options = { 'project-id': text, 'redirect-uri': text, name: text, public: flag }
      const { values } = parseArgs({ args, options })
      const projectId = given(values, 'project-id')
      const redirectUri = given(values, 'redirect-uri')
      if (!isRedirectUri(redirectUri)) {
        throw new TypeError('--redirect-uri must be a URL of http or https without a fragment')
      }
      const app = { projectId, redirectUri, ...(values.name && { name: values.name }) }
      return async (pool) => {
        if (values.public) return { connected_app_id: await addConnectedApp(pool, app) }
        const secret = newSecret()
        return { connected_app_id: await addConnectedApp(pool, { ...app, secret }), secret }
      }
    },
  },
}

const usage = `usage: DATABASE_URL=… pnpm provision WHAT OPTIONS
${Object.entries(things)
  .map(([what, thing]) => `  ${what} ${thing.usage}\n`)
  .join(
    '',
  )}Adds one thing, and prints its id and its secret as JSON. The secret is never shown again.
`

try {
  await run(process.argv.slice(2))
} catch (error) {
  for (const line of explain(error)) process.stderr.write(`provision: ${line}\n`)
  process.exit(misuse)
}

async function run([what = '', ...args]: string[]): Promise<void> {
  if (what === '--help') {
    process.stdout.write(usage)
    return
  }
  const thing = Object.hasOwn(things, what) ? things[what] : undefined
  if (thing === undefined) {
    throw new TypeError(`first say what: ${Object.keys(things).join(', ')}; --help says more`)
  }
  const add = thing.read(args)
  const { DATABASE_URL } = process.env
  if (!DATABASE_URL) throw new TypeError('DATABASE_URL is missing')
  const { databaseUrl = DATABASE_URL } = readConfiguration({ DATABASE_URL })
  await migrate(databaseUrl)
  // Of one connection, so that all of it is one transaction, which ends with the pool if it fails.
  const pool = new Pool({ connectionString: databaseUrl, max: 1 })
  try {
    await pool.query('BEGIN')
    const added = await add(pool)
    await pool.query('COMMIT')
    process.stdout.write(`${JSON.stringify(added)}\n`)
  } finally {
    await pool.end()
  }
}

function given<Name extends string>(values: { [N in Name]?: string }, name: Name): string {
  const value = values[name]
  if (!value) throw new TypeError(`--${name} is missing`)
  return value
}

/** An identifier that is to stand in a path, where the contract refuses some. */
function identifier(
  values: Partial<Record<'slug' | 'external-id', string>>,
  name: 'slug' | 'external-id',
  parameter: ParameterName,
): { slug?: string; externalId?: string } {
  const value = values[name]
  if (value === undefined) return {}
  const [violation] = checkParameter(parameter, value)
  if (violation !== undefined) throw new TypeError(`--${name} ${violation.message}`)
  return name === 'slug' ? { slug: value } : { externalId: value }
}

/** RFC 6749 section 3.1.2, for apps that run in or behind a browser. */
function isRedirectUri(value: string): boolean {
  const url = URL.parse(value)
  return url !== null && /^https?:$/.test(url.protocol) && !value.includes('#')
}

async function readKeys(file: string): Promise<JSONWebKeySet> {
  try {
    const set: unknown = JSON.parse(await readFile(file, 'utf8'))
    if (isKeySet(set)) return set
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
  }
  throw new TypeError(`--session-jwks ${file} is no JSON Web Key Set (RFC 7517)`)
}

function isKeySet(set: unknown): set is JSONWebKeySet {
  return typeof set === 'object' && set !== null && 'keys' in set && Array.isArray(set.keys)
}
