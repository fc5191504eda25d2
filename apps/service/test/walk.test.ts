import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { B2BClient } from '@connected-apps/client'
import { beforeAll, describe, expect, it } from 'vitest'
import demoApp from '../demo/demo.ts'
import { authorizeDemo } from '../demo/authorize.ts'
import { addDemoProject, copyDemoMember, demo, demoCallbackPath } from '../demo/project.ts'
import { useService } from './support/service.ts'

const test = useService({ routes: { '/demo': demoApp.createRoutes } })
const root = new URL('../../../', import.meta.url)
const script = fileURLToPath(new URL('../demo/walk.ts', import.meta.url))

interface Output {
  exitCode: number | string | null | undefined
  out: string
  err: string
}

/** Runs what `npm run walk` runs. */
function walk(...args: string[]): Promise<Output> {
  return run(process.execPath, [script, ...args])
}

function run(file: string, args: string[], options: { cwd?: string } = {}): Promise<Output> {
  return new Promise((resolve) => {
    const child = execFile(file, args, options, (_, out, err) =>
      resolve({ exitCode: child.exitCode, out, err }),
    )
  })
}

describe('npm run walk', () => {
  beforeAll(() => addDemoProject(test.database.url, test.service.url))

  it('shows that a revoke ends both tokens, and that a new consent works, as its transcript says', async () => {
    const { exitCode, out, err } = await walk('--url', test.service.url)
    expect(err).toBe('')
    expect(exitCode).toBe(0)
    const [titles, responses] = [/^\d\. .*/gm, /^ {3}-> \d.*/gm].map((lines) => out.match(lines))
    expect(titles).toEqual([
      '1. The Member signs in and allows the Connected App.',
      '2. The access token works.',
      "3. The Connected App's access to the Member is revoked.",
      '4. The same access token no longer works.',
      '5. Nor can the refresh token be used to get a new one.',
      '6. The Member allows the Connected App again.',
      '7. The new access token works.',
    ])
    expect(responses).toEqual([
      expect.stringMatching(/^ {3}-> 200 .*"active":true/),
      expect.stringMatching(/^ {3}-> 200 .*"status_code":200/),
      expect.stringMatching(/^ {3}-> 200 .*"active":false/),
      expect.stringMatching(/^ {3}-> 400 .*"invalid_grant"/),
      expect.stringMatching(/^ {3}-> 200 .*"active":true/),
    ])
    expect(out).toContain(`POST ${test.service.url}/v1/b2b/organizations/`)
    // After a change of the walk, `vitest run walk --update` in this package writes it anew.
    await expect(transcriptOf(out)).toMatchFileSnapshot('../../../docs/walk.txt')
  })

  it('shows a demo that passes the contract tests, as the root README runs them', async () => {
    const readme = await readFile(new URL('README.md', root), 'utf8')
    const blocks = [...readme.matchAll(/^```sh\n(.*?)^```/gms)].map(([, code = '']) => code)
    const [commands = '', ...others] = blocks.filter((code) => code.includes('contract-tests/dist'))
    expect(others).toEqual([])
    const forTest = commands.replace('http://127.0.0.1:4020', test.service.url)
    const { exitCode, out } = await run('sh', ['-ec', forTest], { cwd: fileURLToPath(root) })
    expect(out).toMatch(/\nPASSED: /)
    expect(exitCode).toBe(0)
  })

  it('can be repeated', async () => {
    expect((await walk('--url', test.service.url)).exitCode).toBe(0)
    expect((await walk('--url', `${test.service.url}/`)).exitCode).toBe(0)
  })

  it.each([
    [
      'without a service',
      ['--url', 'http://127.0.0.1:1'],
      /no service at .*:1 \(.*\); .*npm start/,
    ],
    ['with a URL that is none', ['--url', 'service'], /--url is not a URL; pass one like/],
    ['with an unknown option', ['--port', '1'], /--port/],
  ])('%s reports it in one line', async (_, args, message) => {
    const { exitCode, out, err } = await walk(...args)
    expect({ exitCode, out }).toEqual({ exitCode: 2, out: '' })
    expect(err).toMatch(message)
    expect(err).toMatch(/^npm run walk: [^\n]+\n$/)
  })
})

describe('a demo with DEMO_MEMBERS', () => {
  const rehearsal = useService({ routes: { '/demo': demoApp.createRoutes } })

  it('has as many more Members who use its app, and whose access can be revoked', async () => {
    const { database, service } = rehearsal
    await addDemoProject(database.url, service.url)
    await authorizeDemo(service.url)
    await copyDemoMember(database.url, 3)
    const { projectId: project_id, secret } = demo
    const client = new B2BClient({ project_id, secret, baseUrl: service.url })
    const app = { organization_id: demo.organizationId, connected_app_id: demo.connectedAppId }
    const readMembers = async (): Promise<string[]> => {
      const { active_members } = await client.organizations.getConnectedApp(app)
      return active_members.map(({ member_id }) => member_id)
    }
    const members = await readMembers()
    expect(members).toHaveLength(4)
    for (const member_id of members) {
      await client.organizations.members.connectedApps.revoke({ ...app, member_id })
    }
    expect(await readMembers()).toEqual([])
  })
})

describe('npm run walk, against a service without a demo', () => {
  const plain = useService()

  it('says so in one line', async () => {
    expect((await fetch(plain.service.url + demoCallbackPath)).status).toBe(404)
    const { exitCode, err } = await walk('--url', plain.service.url)
    expect(exitCode).toBe(2)
    expect(err).toBe(
      `npm run walk: ${plain.service.url} has no demo project; npm start runs a service that has one\n`,
    )
  })
})

/** What a walk printed, with the usual address, and without what differs from walk to walk. */
function transcriptOf(out: string): string {
  const tokens = [...out.matchAll(/access token (\S+), refresh token (\S+)/g)].flatMap(
    ([, access = '', refresh = ''], index) => [
      [access, `ACCESS_TOKEN_${index + 1}`] as const,
      [refresh, `REFRESH_TOKEN_${index + 1}`] as const,
    ],
  )
  return tokens
    .reduce((text, [token, name]) => text.replaceAll(token, name), out.trimStart())
    .replaceAll(test.service.url, 'http://127.0.0.1:4020')
    .replaceAll(/("(?:exp|iat)":)\d+/g, '$1…')
    .replaceAll(/("request_id":"request-id-test-)[\da-f-]+/g, '$1…')
}
