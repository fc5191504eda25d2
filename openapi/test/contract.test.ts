import { describe, expect, test } from 'vitest'
import { inOperation, inResponse, revoke } from './contract-edits.ts'
import type { Edit } from './contract-edits.ts'
import { createWorkspace } from './workspace.ts'

const contract = 'openapi/connected-apps.yaml'

const addHeader: Edit = (c) => {
  const header = { description: 'Names the request.', schema: { type: 'string' } }
  inOperation(c, 'responses', '200')['headers'] = { 'X-Request-Id': header }
}

describe.concurrent('npm run contract', () => {
  test('generates, and has nothing to say about a contract that is released and whole', async () => {
    using workspace = createWorkspace()
    const { exitCode, stdout } = await workspace.run('contract')
    expect(stdout).toContain('generated\n')
    expect(stdout).toContain('Nothing changed since the released 1.0.0.')
    expect(stdout).toContain('Nothing is left to do.')
    expect(exitCode).toBe(0)
  })

  test('names the least version, prints the table for the pull request, and writes nothing', async () => {
    using workspace = createWorkspace()
    workspace.editContract(addHeader)
    const before = workspace.read(contract)
    const { exitCode, stdout } = await workspace.run('contract')
    expect(stdout).toMatch(
      /^\| minor \| header X-Request-Id added \| `revokeConnectedApp › responses › 200 .*\(connected-apps\.yaml:\d+\) \| an addition \|$/m,
    )
    expect(stdout).toMatch(
      /^- openapi\/connected-apps\.yaml:\d+: info\.version is 1\.0\.0; a minor change since 1\.0\.0 needs at least 1\.1\.0/m,
    )
    expect(workspace.read(contract)).toBe(before)
    expect(exitCode).toBe(1)
  })

  test('writes the version and a changeset for the dependent packages when told to', async () => {
    using workspace = createWorkspace()
    workspace.editContract(addHeader)
    const before = workspace.read(contract)
    expect(await workspace.run('contract', ['--write'])).toMatchObject({ exitCode: 0 })
    expect(workspace.read(contract)).toBe(before.replace('version: 1.0.0', 'version: 1.1.0'))
    expect(workspace.read('.changeset/contract-1-1-0.md')).toBe(
      `---\n'generated': minor\n'using': minor\n---\n\nVersion 1.1.0 of the contract:\n\n- header X-Request-Id added: an addition\n`,
    )
    expect(await workspace.run('contract')).toMatchObject({ exitCode: 0 })
  })

  test('keeps a changeset that is already there', async () => {
    using workspace = createWorkspace()
    workspace.editContract(addHeader)
    workspace.write('.changeset/my-words.md', "---\n'generated': minor\n---\n\nMy words.\n")
    await workspace.run('contract', ['--write'])
    expect(() => workspace.read('.changeset/contract-1-1-0.md')).toThrow('ENOENT')
  })

  test('lists what a new operation still needs, by file', async () => {
    using workspace = createWorkspace()
    workspace.editContract((c) => {
      const { pathItem, operation } = revoke(c)
      pathItem['get'] = { ...operation, operationId: 'getThatThing', requestBody: undefined }
    })
    const { exitCode, stdout } = await workspace.run('contract', ['--write'])
    const lines = stdout.slice(stdout.indexOf('Still to do')).split('\n')
    expect(lines).toEqual([
      'Still to do:',
      expect.stringContaining('- packages/client/src/operations/get-that-thing.ts: getThatThing: '),
      expect.stringContaining('- apps/service/src: getThatThing: the service has no handler'),
      '',
    ])
    expect(exitCode).toBe(1)
  })

  test('names what the linter rejects, and writes nothing', async () => {
    using workspace = createWorkspace()
    workspace.editContract((c) => {
      inResponse(c, '200', 'examples', 'revoked')['value'] = {}
    })
    const before = workspace.read(contract)
    const { exitCode, stdout, stderr } = await workspace.run('contract', ['--write'])
    expect(stderr).toContain('Example value must conform to the schema')
    expect(stdout).toContain('- openapi/connected-apps.yaml: mend what the linter names above')
    expect(stdout).not.toContain('generated\n')
    expect(workspace.read(contract)).toBe(before)
    expect(exitCode).toBe(1)
  })

  test('takes the version back when the generation rejects the document', async () => {
    using workspace = createWorkspace()
    workspace.editContract(addHeader)
    const before = workspace.read(contract)
    workspace.write('package.json', JSON.stringify({ scripts: { generate: 'exit 2' } }))
    const { exitCode, stdout } = await workspace.run('contract', ['--write'])
    expect(stdout).toContain('- openapi/connected-apps.yaml: mend what stops the generation above')
    expect(workspace.read(contract)).toBe(before)
    expect(() => workspace.read('.changeset/contract-1-1-0.md')).toThrow('ENOENT')
    expect(exitCode).toBe(2)
  })
})

describe.concurrent('bad input ends with one line and exit code 2, and nothing is written', () => {
  test.for<[why: string, text: string, message: string]>([
    ['not YAML', 'openapi: [', 'openapi/connected-apps.yaml:1:11: '],
    ['a key twice', 'openapi: 3.1.1\nopenapi: 3.1.1\n', 'openapi/connected-apps.yaml:2:1: '],
    ['an unknown alias', 'openapi: *nothing\n', 'openapi/connected-apps.yaml'],
    ['a list', '- a\n', 'openapi/connected-apps.yaml:1:1: is not an OpenAPI document\n'],
    ['no text', '', 'openapi/connected-apps.yaml:1:1: is not an OpenAPI document\n'],
    ['no paths', 'openapi: 3.1.1\n', 'openapi/connected-apps.yaml:1: paths is not an object\n'],
    [
      'no version',
      'openapi: 3.1.1\ninfo:\n  version: next\npaths: {}\n',
      'openapi/connected-apps.yaml:3: info.version is not of the form 1.2.3\n',
    ],
    [
      'another kind of document',
      'swagger: hello\ninfo:\n  version: 1.0.0\npaths: {}\n',
      'openapi/connected-apps.yaml: Redocly cannot compare it: ',
    ],
  ])('%s', async ([, text, message]) => {
    using workspace = createWorkspace()
    workspace.write(contract, text)
    for (const command of ['contract', 'check-contract', 'release']) {
      const { exitCode, stdout, stderr } = await workspace.run(command)
      expect(stderr.slice(0, message.length)).toBe(message)
      expect({ exitCode, stdout, lines: stderr.split('\n').length }).toEqual({
        exitCode: 2,
        stdout: '',
        lines: 2,
      })
    }
    expect(workspace.read(contract)).toBe(text)
  })

  test.for([
    ['contract', ['--frobnicate'], "Unknown option '--frobnicate'; --help lists the options\n"],
    ['contract', ['openapi.yaml'], 'unexpected argument openapi.yaml\n'],
    ['check-contract', ['nowhere.yaml'], 'openapi/nowhere.yaml: cannot be read (ENOENT)\n'],
  ] as const)('%s %j', async ([name, args, message]) => {
    using workspace = createWorkspace()
    const { exitCode, stdout, stderr } = await workspace.run(name, [...args])
    expect({ exitCode, stdout, stderr }).toEqual({ exitCode: 2, stdout: '', stderr: message })
  })

  test.for(['contract', 'check-contract', 'check-published', 'release', 'reference'])(
    '%s --help is not bad input',
    async (name) => {
      using workspace = createWorkspace()
      const { exitCode, stdout } = await workspace.run(name, ['--help'])
      expect(stdout).toMatch(/^Usage: /)
      expect(exitCode).toBe(0)
    },
  )
})
