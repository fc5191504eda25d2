import { execFile } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { mkdtempDisposable, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { InvalidArgumentError } from '@connected-apps/node-http/command'
import type { JWK } from 'jose'
import { Pool } from 'pg'
import { describe, expect, it } from 'vitest'
import {
  parseHours,
  parseLogoUrl,
  parseRedirectUri,
  parseRoles,
} from '../src/provision/arguments.ts'
import { assertNewMemberName, assertNewOrganizationNames } from '../src/provision/names.ts'
import {
  addConnectedApp,
  addMember,
  addOrganization,
  addProject,
  addResourceServer,
  addSession,
  replaceSessionKeys,
} from '../src/provision/resources.ts'
import { replaceKeys, rotateKeys } from '../src/provision/rotate-keys.ts'
import { cancelSecretRotation, startSecretRotation } from '../src/provision/rotate-secret.ts'
import { readSessionKeySet } from '../src/provision/session-key-set.ts'
import { authorize, discover, isActive } from './support/connected-app.ts'
import { basic } from './support/operations.ts'
import { revoke } from './support/revoke.ts'
import { useService } from './support/service.ts'
import { startStrippingProxy } from './support/stripping-proxy.ts'

const command = fileURLToPath(new URL('../src/provision/command.ts', import.meta.url))
const test = useService()

const changedTables = [
  'projects',
  'organizations',
  'members',
  'sessions',
  'connected_apps',
  'resource_servers',
  'server_keys',
]

const ada = ['--name', 'Ada']
const notebook = ['--name', 'Notebook']

interface CommandResult {
  code: number
  out: string
  err: string
}

/** Runs `pnpm provision` with these arguments. */
function provision(args: string[], databaseUrl = test.database.url): Promise<CommandResult> {
  return new Promise((resolve) => {
    const { PATH, NODE_COMPILE_CACHE } = process.env
    const env = { PATH, NODE_COMPILE_CACHE, DATABASE_URL: databaseUrl }
    execFile(process.execPath, [command, ...args], { env }, (error, out, err) =>
      resolve({ code: error === null ? 0 : Number(error.code), out, err }),
    )
  })
}

async function add(...args: string[]): Promise<Record<string, string>> {
  const { code, out, err } = await provision(args)
  expect({ code, err }).toEqual({ code: 0, err: '' })
  return JSON.parse(out)
}

describe('pnpm provision', () => {
  it('adds everything that a revoke needs, and an authorization flow works with it', async () => {
    const { project_id = '', secret = '' } = await add('project')
    const project = ['--project-id', project_id]
    const { organization_id = '' } = await add('organization', ...project, '--slug', 'northwind')
    const organization = ['--organization-id', organization_id]
    const externalId = ['--external-id', 'hr|7']
    const { member_id = '' } = await add('member', ...organization, ...externalId, ...ada)
    const { session_token = '' } = await add('session', ...organization, '--member-id', member_id)
    const redirect = ['--redirect-uri', 'http://127.0.0.1/callback']
    const app = await add('connected-app', ...project, ...redirect, ...notebook, '--public')
    expect(app).toEqual({ connected_app_id: expect.any(String) })
    const { connected_app_id = '' } = app

    const config = await discover(test.service.url, connected_app_id)
    const tokens = await authorize(config, session_token)
    expect(await isActive(config, tokens.access_token)).toBe(true)
    const server = await add('resource-server', ...project, '--name', 'Notes API')
    expect(Object.keys(server)).toEqual(['resource_server_id', 'secret'])
    const api = await discover(
      test.service.url,
      server['resource_server_id'] ?? '',
      server['secret'],
    )
    expect(await isActive(api, tokens.access_token)).toBe(true)
    const ids = { organizationId: 'northwind', memberId: 'hr|7', connectedAppId: connected_app_id }
    const headers = { authorization: basic(project_id, secret) }
    const revoked = await revoke(test.service.url, test.tenant, { ...ids, headers })
    expect(revoked.status).toBe(200)
    expect(await isActive(config, tokens.access_token)).toBe(false)
  })

  it('rotates the secret of a project, and both are accepted until that is finished', async () => {
    const { projectId, secret } = await addProject(test.database.pool)
    const project = ['--project-id', projectId]
    const isAccepted = async (password: string) => {
      const headers = { authorization: basic(projectId, password) }
      return (await revoke(test.service.url, test.tenant, { headers })).status !== 401
    }
    const { secret: next = '' } = await add('rotate-secret', ...project)
    expect([await isAccepted(secret), await isAccepted(next)]).toEqual([true, true])
    const finished = await add('rotate-secret', ...project, '--finish')
    expect(finished).toEqual({ project_id: projectId })
    expect([await isAccepted(secret), await isAccepted(next)]).toEqual([false, true])
  })

  it('adds a live project with live ids, and a confidential app with a secret', async () => {
    const { project_id = '' } = await add('project', '--live')
    expect(project_id).toMatch(/^project-live-/)
    const uri = 'https://app.example/callback'
    const app = await add(
      'connected-app',
      '--project-id',
      project_id,
      '--redirect-uri',
      uri,
      ...notebook,
    )
    expect(Object.keys(app)).toEqual(['connected_app_id', 'secret'])
    expect(app['connected_app_id']).toMatch(/^connected-app-live-/)
    const { organization_id = '' } = await add('organization', '--project-id', project_id)
    expect(organization_id).toMatch(/^organization-live-/)
    const organization = ['--organization-id', organization_id]
    const { member_id = '' } = await add('member', ...organization, ...ada)
    expect(member_id).toMatch(/^member-live-/)
    const session = await add('session', ...organization, '--member-id', member_id)
    expect(session['session_id']).toMatch(/^session-live-/)
  })

  it('adds a Member with roles', async () => {
    const { organizationId } = test.tenant
    const roles = ['--roles', 'stytch_member,stytch_admin']
    const member = ['--organization-id', organizationId, ...ada, ...roles]
    const { member_id } = await add('member', ...member)
    const { rows } = await test.database.pool.query(
      'SELECT role_id FROM member_roles WHERE member_id = $1 ORDER BY role_id',
      [member_id],
    )
    expect(rows).toEqual([{ role_id: 'stytch_admin' }, { role_id: 'stytch_member' }])
  })

  it("stores the public part of a project's key set, and replaces it", async () => {
    await using directory = await mkdtempDisposable(join(tmpdir(), 'provision-test-'))
    const file = join(directory.path, 'jwks.json')
    const [key = {}] = test.tenant.sessionKeys.publicKeys.keys
    const next = { ...key, kid: 'next' }
    const published = async (id = '') =>
      (await fetch(`${test.service.url}/v1/b2b/sessions/jwks/${id}`)).json()

    await writeFile(file, JSON.stringify({ keys: [{ ...key, d: 'private' }] }))
    const { project_id = '' } = await add('project', '--session-jwks', file)
    expect(await published(project_id)).toEqual({ keys: [key] })
    await writeFile(file, JSON.stringify({ keys: [key, { ...next, d: 'private' }] }))
    await add('session-jwks', '--project-id', project_id, file)
    expect(await published(project_id)).toEqual({ keys: [key, next] })
  })

  it('rotates the keys, and says when the new ones sign', async () => {
    expect(await add('rotate-keys')).toEqual({ signs_from: expect.stringMatching(/^2.*Z$/) })
    const { message } = await add('rotate-keys', '--now')
    expect(message).toContain('everyone must sign in again')
  })

  it("rejects roles that the Member's project does not have", async () => {
    const { organizationId } = test.tenant
    const { code, out, err } = await provision([
      'member',
      '--organization-id',
      organizationId,
      ...ada,
      '--roles',
      'stytch_admin,nosuch',
    ])
    expect({ code, out }).toEqual({ code: 2, out: '' })
    expect(err).toBe(
      'provision: there is no role "nosuch" in this project; its roles are stytch_admin, stytch_member\n',
    )
  })

  it('prints its usage', async () => {
    const { code, out } = await provision(['--help'])
    expect(code).toBe(0)
    expect(out).toMatch(/^Usage: provision .*\n/)
    expect(out).toContain('--logo-url <URL>')
  })

  it.each([
    [
      [],
      /^a command is missing; the commands are project, session-jwks, rotate-secret, rotate-keys, organization, member, session, connected-app, resource-server; see provision --help$/,
    ],
    [['projekt'], /^unknown command or argument; the commands are /],
    [['toString'], /^unknown command or argument; the commands are /],
    [['project', '--slug', 'a'], /^unknown option --slug; see provision --help$/],
    [['organization'], /^--project-id is missing; pass --project-id ID;/],
    [['organization', '--project-id', ''], /^--project-id has no value;/],
    [
      ['organization', '--project-id', 'p', '--slug', '..'],
      /^--slug must be 2 to 128 letters \(a to z, A to Z\), digits or any of - \. _ ~, and neither \. nor \.\.; see/,
    ],
    [['organization', '--project-id', 'p', '--slug', 'a'], /^--slug must be 2 to 128 /],
    [['organization', '--project-id', 'p', '--slug', 'a|b'], /^--slug must be 2 to 128 /],
    [
      ['member', '--organization-id', 'o', '--external-id', 'a~'],
      /^--external-id must .* - \. _ \|/,
    ],
    [
      ['member', '--organization-id', 'o', '--external-id', '.'],
      /^--external-id must be 1 to 128 /,
    ],
    [['organization', '--project-id', 'nobody'], /^there is no project nobody$/],
    [
      ['member', '--organization-id', 'acme', ...ada],
      /^there is no organization acme; give its id, not its slug or external id$/,
    ],
    [
      ['session', '--organization-id', 'o', '--member-id', 'm'],
      /^there is no organization o; give its id,/,
    ],
    [
      ['connected-app', '--project-id', 'nobody', '--redirect-uri', 'http://a/', ...notebook],
      /^there is no project nobody$/,
    ],
    [
      ['resource-server', '--project-id', 'nobody', '--name', 'API'],
      /^there is no project nobody$/,
    ],
    [['rotate-secret', '--project-id', 'nobody'], /^there is no project nobody$/],
    [['rotate-secret'], /^pass one of --project-id, --connected-app-id and --resource-server-id,/],
    [
      ['rotate-secret', '--project-id', 'p', '--connected-app-id', 'c'],
      /^pass one of .* only one;/,
    ],
    [['rotate-secret', '--project-id', 'p', '--finish', '--cancel'], /'--cancel'.*'--finish'/],
    [['session-jwks', '--project-id', 'p'], /^missing required argument 'FILE'/],
    [['session', '--organization-id', 'o', '--member-id', 'm', '--hours', '0'], /^--hours must/],
    [
      ['session', '--organization-id', 'o', '--member-id', 'm', '--hours', '-3'],
      /^a value of --hours that starts with a dash needs =; pass --hours=NUMBER;/,
    ],
    [['member', '--organization-id', 'o'], /^--name is missing; pass --name NAME;/],
    [['member', '--organization-id', 'o', '--name', ' '], /^--name has only white space;/],
    [
      ['connected-app', '--project-id', 'p', '--redirect-uri', 'http://a/'],
      /^--name is missing; pass --name NAME;/,
    ],
    [['connected-app', '--project-id', 'p', '--redirect-uri', 'a'], /^--redirect-uri must/],
    [
      ['connected-app', '--project-id', 'p', '--redirect-uri', 'http://a/', '--logo-url', 'a'],
      /^--logo-url must/,
    ],
    [['project', '--session-jwks', '/nowhere'], /^\/nowhere can't be read \(ENOENT\); pass the/],
    [['session-jwks', '--project-id', 'p', '/'], /^\/ can't be read \(EISDIR\); pass the/],
    [['project', '--session-jwks', command], /is not a JSON Web Key Set/],
  ])('rejects %j in one line', async (args, message) => {
    const { code, out, err } = await provision(args)
    expect({ code, out }).toEqual({ code: 2, out: '' })
    expect(err).toMatch(/^provision: [^\n]+\n$/)
    expect(err.slice('provision: '.length, -1)).toMatch(message)
  })

  it('requires the id of a Member of the Organization for a session', async () => {
    const { organizationId } = test.tenant
    const session = ['session', '--organization-id', organizationId, '--member-id']
    expect(await provision([...session, 'crm|ada'])).toEqual({
      code: 2,
      out: '',
      err: `provision: there is no member crm|ada in organization ${organizationId}; give its id, not its slug or external id\n`,
    })
    const { project_id = '' } = await add('project')
    const { organization_id = '' } = await add('organization', '--project-id', project_id)
    const { member_id = '' } = await add('member', '--organization-id', organization_id, ...ada)
    const rejected = await provision([...session, member_id])
    expect(rejected.err).toContain(`no member ${member_id} in organization ${organizationId};`)
  })

  it('requires DATABASE_URL, and reports that no PostgreSQL responds there', async () => {
    expect((await provision(['project'], '')).err).toBe(
      "provision: DATABASE_URL is missing; set it to the URL of the service's database\n",
    )
    const unreachable = await provision(['project'], 'postgres://127.0.0.1:1/none')
    expect(unreachable).toMatchObject({
      code: 2,
      err: 'provision: no PostgreSQL server is listening at DATABASE_URL\n',
    })
  })
})

describe('the values of options', () => {
  it.each([
    [
      'hours',
      parseHours,
      ['0', '0.001', '1e3', '0x10', ' 1', 'Infinity', '1000000'],
      ['0.5', '24'],
    ],
    ['roles', parseRoles, ['a,,b', ',', 'a,b,a'], ['a', 'a,b']],
    // `URL` would correct the last four, so that no redirect URI of a request equals them.
    [
      'a redirect URI',
      parseRedirectUri,
      [
        'a',
        'ftp://a/',
        'http://a/#b',
        'https:a',
        ' https://a/',
        'https://a\\b',
        'https://a/\u00fc',
      ],
      ['http://[::1]:8080/callback?a=%20', 'https://app.example'],
    ],
    [
      'the URL of a logo',
      parseLogoUrl,
      ['a', 'data:,', 'https:a', 'https://a/ b'],
      ['https://a/#b'],
    ],
  ])('are rejected if they can never work: %s', (_, parse, rejected, accepted) => {
    for (const value of rejected) expect(() => parse(value)).toThrow(InvalidArgumentError)
    for (const value of accepted) expect(() => parse(value)).not.toThrow()
  })
})

describe('a key set of session JWTs', () => {
  const { publicKey: short } = generateKeyPairSync('rsa', { modulusLength: 1024 })

  it.each<[string, (key: JWK) => unknown, RegExp]>([
    ['no list', () => '', / is not a JSON Web Key Set/],
    ['no objects', () => [1], / is not a JSON Web Key Set/],
    [
      'another algorithm',
      (key) => [
        { ...key, alg: 'RS512' },
        { kty: 'oct', k: 'AA' },
      ],
      / has no RSA key for RS256,/,
    ],
    ['no key, which would end every session JWT', () => [], / has no RSA key for RS256,/],
    [
      'only for signing',
      (key) => [{ ...key, key_ops: ['sign'] }],
      /: the key "jwk-test-1" may not verify/,
    ],
    [
      'a kid that two have',
      (key) => [key, { ...key, n: 'AQAB' }],
      /: the key "jwk-test-1" is not the only one/,
    ],
    [
      'several keys, one without a kid',
      (key) => [{ ...key, kid: undefined }, key],
      /: RSA key number 1 is not the only one/,
    ],
    [
      'no modulus',
      (key) => [{ ...key, n: undefined }],
      /: the key "jwk-test-1" is not a valid public key/,
    ],
    [
      '1024 bits',
      () => [short.export({ format: 'jwk' })],
      /: RSA key number 1 has less than 2048 bits/,
    ],
  ])('is rejected if a key can never verify: %s', async (_, keysFrom, message) => {
    const [key = {}] = test.tenant.sessionKeys.publicKeys.keys
    await using directory = await mkdtempDisposable(join(tmpdir(), 'provision-test-'))
    const file = join(directory.path, 'jwks.json')
    await writeFile(file, JSON.stringify({ keys: keysFrom(key) }))
    await expect(readSessionKeySet(file)).rejects.toThrow(message)
  })
})

describe('a change', () => {
  it('is on disk when it is acknowledged, whatever the session has set', async () => {
    const { pool, url } = test.database
    await using _ = await runAtCommits(
      "INSERT INTO commits VALUES (TG_TABLE_NAME, current_setting('synchronous_commit'))",
    )
    await pool.query('CREATE TABLE commits (changed text, synchronous_commit text)')
    const session = new Pool({ connectionString: `${url}?options=-c%20synchronous_commit%3Doff` })
    const { projectId } = await addProject(session)
    const organizationId = await addOrganization(session, { projectId })
    const memberId = await addMember(session, { organizationId, name: 'Ada' })
    await addSession(session, { organizationId, memberId })
    const redirectUri = 'http://127.0.0.1/callback'
    const app = { projectId, name: 'Notebook', redirectUri, secret: 'secret' }
    const id = await addConnectedApp(session, app)
    await addResourceServer(session, { projectId, name: 'API' })
    await replaceSessionKeys(session, projectId, { keys: [] })
    await startSecretRotation(session, { type: 'connected_app', id })
    await cancelSecretRotation(session, { type: 'connected_app', id })
    await replaceKeys(session)
    await rotateKeys(session)
    await session.end()
    const { rows } = await pool.query('SELECT changed, synchronous_commit FROM commits')
    expect(rows).toEqual(rows.map(({ changed }) => ({ changed, synchronous_commit: 'on' })))
    expect(rows.map(({ changed }) => changed)).toEqual([
      'projects',
      'organizations',
      'members',
      'sessions',
      'connected_apps',
      'resource_servers',
      'projects',
      'connected_apps',
      'connected_apps',
      'server_keys',
      'server_keys',
    ])
  })

  it('is not acknowledged if PostgreSQL warns that a standby may lack it', async () => {
    await using _ = await runAtCommits("RAISE WARNING 'canceling wait for synchronous replication'")
    expect(await provision(['project'])).toEqual({
      code: 2,
      out: '',
      err: 'provision: PostgreSQL did not confirm a commit: canceling wait for synchronous replication\n',
    })
  })

  it('fails with one line if its connection is lost', async () => {
    const { pool, url } = test.database
    await using _ = await runAtCommits('PERFORM pg_sleep(60)')
    const proxy = await startStrippingProxy(url)
    const provisioned = provision(['project'], proxy.url)
    const sleeping =
      "FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND datname = current_database()"
    const countSleeping = async () => (await pool.query(`SELECT ${sleeping}`)).rowCount
    await expect.poll(countSleeping, { timeout: 20_000 }).toBe(1)
    await proxy[Symbol.asyncDispose]()
    expect(await provisioned).toEqual({
      code: 2,
      out: '',
      err: 'provision: no connection to PostgreSQL at DATABASE_URL: Connection terminated unexpectedly\n',
    })
    await pool.query(`SELECT pg_terminate_backend(pid) ${sleeping}`)
  })

  /** Makes PostgreSQL run a statement of PL/pgSQL at the end of each transaction that changes a row. */
  async function runAtCommits(statement: string): Promise<AsyncDisposable> {
    const { pool } = test.database
    await pool.query(`CREATE FUNCTION at_commit() RETURNS trigger LANGUAGE plpgsql
      AS $$ BEGIN ${statement}; RETURN NULL; END $$`)
    for (const table of changedTables) {
      await pool.query(`CREATE CONSTRAINT TRIGGER at_commit AFTER INSERT OR UPDATE ON ${table}
        DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION at_commit()`)
    }
    return {
      async [Symbol.asyncDispose]() {
        await pool.query('DROP FUNCTION at_commit CASCADE')
      },
    }
  }
})

describe('names', () => {
  it('are rejected if something else would be found by them', async () => {
    const { database, tenant } = test
    const { projectId, organizationId, memberId } = tenant
    const { pool } = database
    for (const taken of [organizationId, tenant.slug, tenant.externalId]) {
      const message = `${taken} names another Organization of this project, ${organizationId};`
      for (const name of [{ slug: taken }, { externalId: taken }]) {
        const added = assertNewOrganizationNames(pool, { projectId, ...name })
        await expect(added).rejects.toThrow(message)
      }
    }
    for (const externalId of [memberId, tenant.memberExternalId]) {
      await expect(assertNewMemberName(pool, { organizationId, externalId })).rejects.toThrow(
        `${externalId} names another Member of this Organization, ${memberId};`,
      )
    }
    const organization = ['organization', '--project-id', projectId, '--slug', organizationId]
    expect((await provision(organization)).err).toContain(' names another Organization of ')
    const member = ['member', '--organization-id', organizationId, '--name', 'Ada']
    expect((await provision([...member, '--external-id', memberId])).err).toContain(
      ' names another Member of ',
    )
  })
})
