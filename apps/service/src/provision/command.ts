import { readFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import type { ParameterName } from '@connected-apps/contract'
import { checkParameter } from '@connected-apps/contract/request'
import type { JSONWebKeySet } from 'jose'
import { Pool } from 'pg'
import { readConfiguration } from '../configuration.ts'
import { explainError, EXIT_USAGE } from '../command-errors.ts'
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

const searches = {
  project: 'SELECT FROM projects WHERE project_id = $1',
  organization: 'SELECT FROM organizations WHERE organization_id = $1',
  member: 'SELECT FROM members WHERE member_id = $1 AND organization_id = $2',
}

const forms = {
  slug: {
    form: /^[A-Za-z0-9._~-]{2,128}$/,
    says: '2 to 128 letters (a to z, A to Z), digits or any of - . _ ~',
  },
  'external-id': {
    form: /^[A-Za-z0-9._|-]{1,128}$/,
    says: '1 to 128 letters (a to z, A to Z), digits or any of - . _ |',
  },
}

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
        await mustExist(pool, 'project', projectId)
        return { project_id: projectId, secret: await replaceSecret(pool, projectId) }
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
      return async (pool) => {
        await mustExist(pool, 'project', projectId)
        const organization = { projectId, ...slug, ...externalId }
        return { organization_id: await addOrganization(pool, organization) }
      }
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
      return async (pool) => {
        await mustExist(pool, 'organization', organizationId)
        return { member_id: await addMember(pool, { organizationId, ...externalId, ...rest }) }
      }
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
        await mustExist(pool, 'organization', organizationId)
        await mustExist(pool, 'member', memberId, organizationId)
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
        await mustExist(pool, 'project', projectId)
        if (values.public) return { connected_app_id: await addConnectedApp(pool, app) }
        const secret = newSecret()
        return { connected_app_id: await addConnectedApp(pool, { ...app, secret }), secret }
      }
    },
  },
}

const usage = `usage: DATABASE_URL=… npx pnpm provision WHAT OPTIONS
${Object.entries(things)
  .map(([what, thing]) => `  ${what} ${thing.usage}\n`)
  .join(
    '',
  )}Adds one thing, and prints its id and its secret as JSON. The secret is never shown again.
`

try {
  await run(process.argv.slice(2))
} catch (error) {
  for (const line of explainError(error)) process.stderr.write(`provision: ${line}\n`)
  process.exit(EXIT_USAGE)
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

/** Else the database would refuse, and in words of its tables. */
async function mustExist(pool: Pool, what: keyof typeof searches, ...ids: string[]): Promise<void> {
  const { rowCount } = await pool.query(searches[what], ids)
  if (rowCount !== 0) return
  const hint = what === 'project' ? '' : '; give its id, not its slug or external id'
  throw new Error(`there is no ${what} ${ids.join(' in organization ')}${hint}`)
}

/** An identifier that is to stand in a path, where the contract refuses some. */
function identifier(
  values: Partial<Record<keyof typeof forms, string>>,
  name: keyof typeof forms,
  parameter: ParameterName,
): { slug?: string; externalId?: string } {
  const value = values[name]
  if (value === undefined) return {}
  const { form, says } = forms[name]
  if (!form.test(value) || checkParameter(parameter, value).length > 0) {
    throw new TypeError(`--${name} must be ${says}, and neither . nor ..`)
  }
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
