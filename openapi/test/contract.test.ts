import { describe, expect, test } from 'vitest'
import { at, inOperation, inResponse, listOf, revoke } from './contract-edits.ts'
import type { Edit } from './contract-edits.ts'
import { UsageError } from '../scripts/command.ts'
import { readContractFile } from '../scripts/contract-file.ts'
import { createWorkspace } from './workspace.ts'

const contract = 'openapi/connected-apps.yaml'

const addHeader: Edit = (c) => {
  const header = { description: 'Names the request.', schema: { type: 'string' } }
  inOperation(c, 'responses', '200')['headers'] = { 'X-Request-Id': header }
}

describe.concurrent('npm run contract', () => {
  test('generates code, and lists nothing for a released contract that is complete', async () => {
    using workspace = createWorkspace()
    const { exitCode, stdout } = await workspace.run('contract')
    expect(stdout).toContain('generated\n')
    expect(stdout).toContain('Nothing changed since the released 1.0.0.')
    expect(stdout).toContain('Nothing is left to do.')
    expect(exitCode).toBe(0)
  })

  test('names the required version, prints the table for the pull request, and writes nothing', async () => {
    using workspace = createWorkspace()
    workspace.editContract(addHeader)
    const before = workspace.read(contract)
    const { exitCode, stdout } = await workspace.run('contract')
    expect(stdout).toMatch(
      /^\| minor \| header X-Request-Id added \| `revokeConnectedApp › 200 › headers › X-Request-Id` .*\(connected-apps\.yaml:\d+\) \| an addition \|$/m,
    )
    expect(stdout).toMatch(
      /^- openapi\/connected-apps\.yaml:\d+: info\.version is 1\.0\.0; a minor change since 1\.0\.0 needs at least 1\.1\.0/m,
    )
    expect(stdout).toContain('### Contract 1.0.0 → 1.1.0\n')
    expect(workspace.read(contract)).toBe(before)
    expect(exitCode).toBe(1)
  })

  test('writes the version and a changeset for the dependent packages with --write', async () => {
    using workspace = createWorkspace()
    workspace.editContract(addHeader)
    const before = workspace.read(contract)
    expect(await workspace.run('contract', ['--write'])).toMatchObject({ exitCode: 0 })
    expect(workspace.read(contract)).toBe(before.replace('version: 1.0.0', 'version: 1.1.0'))
    expect(workspace.read('.changeset/contract-1-1-0.md')).toBe(
      `---\n'generated': minor\n'using': minor\n---\n\nVersion 1.1.0 of the contract:\n\n- header X-Request-Id added: \`revokeConnectedApp › 200 › headers › X-Request-Id\`\n`,
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

  test('lists what is left to do for a new operation', async () => {
    using workspace = createWorkspace()
    workspace.editContract((c) => {
      const { path, operation } = revoke(c)
      const get = { ...operation, operationId: 'getThatThing', requestBody: undefined }
      at(c, 'paths')[`${path}/thing`] = { get }
    })
    const { exitCode, stdout } = await workspace.run('contract', ['--write'])
    expect(stdout).toContain('| minor | operation getThatThing added |')
    const lines = stdout.slice(stdout.indexOf('Still to do')).split('\n')
    expect(lines).toEqual([
      'Still to do:',
      expect.stringContaining('- apps/service/src/operation/handlers.ts: getThatThing: '),
      '',
    ])
    expect(exitCode).toBe(1)
  })

  test('requires a handler that is registered, and not only mentioned', async () => {
    using workspace = createWorkspace()
    const handlers = 'apps/service/src/operation/handlers.ts'
    const registered = workspace.read(handlers)
    workspace.write(handlers, registered.replaceAll(/^ {2}(\w+):.*$/gm, "  // $1\n  type: '$1',"))
    const { exitCode, stdout } = await workspace.run('contract')
    expect(stdout).toContain(`- ${handlers}: revokeConnectedApp: the service has no handler for it`)
    expect(exitCode).toBe(1)
  })

  test('describes changes in the terms of the document', async () => {
    using workspace = createWorkspace()
    workspace.editContract((c) => {
      at(c, 'components')['links'] = { next: { operationId: 'revokeConnectedApp' } }
      listOf(inOperation(c), 'parameters').push({
        name: 'X-Trace',
        in: 'header',
        description: 'Names the trace.',
        schema: { type: 'string' },
      })
      inOperation(c, 'responses', '429', 'headers', 'Retry-After')['required'] = true
      at(inResponse(c, '429', 'examples', 'too_many_requests'), 'value')['error_message'] = 'No.'
    })
    const { stdout } = await workspace.run('contract')
    const changes = [...stdout.matchAll(/^\| (m\w+|patch) \| (.*?) \|/gm)].map(([, , what]) => what)
    expect(changes).toEqual([
      'required of header Retry-After modified',
      'parameter X-Trace added',
      'components of the kind links added',
      'example too_many_requests modified',
    ])
  })
})

describe.concurrent('bad input ends with one line and exit code 2, and nothing is written', () => {
  test.for<[why: string, text: string, message: string]>([
    ['a key twice', 'openapi: 3.1.1\nopenapi: 3.1.1\n', `${contract}:2:1: `],
    ['an unknown alias', 'openapi: *nothing\n', contract],
    ['a list', '- a\n', `${contract}:1:1: is not an OpenAPI document`],
    ['no text', '', `${contract}:1:1: is not an OpenAPI document`],
    ['no paths', 'openapi: 3.1.1\n', `${contract}:1: paths is not an object`],
    [
      'no version',
      'openapi: 3.1.1\ninfo:\n  version: next\npaths: {}\n',
      `${contract}:3: info.version is not of the form 1.2.3`,
    ],
  ])('%s', ([, text, message]) => {
    using workspace = createWorkspace()
    workspace.write(contract, text)
    const place = workspace.path(contract)
    expect(() => readContractFile(place)).toThrow(
      expect.objectContaining({
        constructor: UsageError,
        message: expect.stringMatching(oneLine(message.replace(contract, place))),
      }),
    )
  })

  test.for([
    ['not YAML', 'openapi: [', `${contract}:1:11: `],
    [
      'another kind of document',
      'swagger: hello\ninfo:\n  version: 1.0.0\npaths: {}\n',
      `${contract}: Redocly cannot compare it: `,
    ],
  ] as const)('%s, in each command', async ([, text, message]) => {
    using workspace = createWorkspace()
    workspace.write(contract, text)
    for (const command of ['contract', 'check-contract', 'release']) {
      const { exitCode, stdout, stderr } = await workspace.run(command)
      expect(stderr.trimEnd()).toMatch(oneLine(message))
      expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' })
    }
    expect(workspace.read(contract)).toBe(text)
  })

  test('a document that the linter rejects', async () => {
    using workspace = createWorkspace()
    workspace.editContract((c) => {
      inResponse(c, '200', 'examples', 'revoked')['value'] = {}
    })
    const before = workspace.read(contract)
    const { exitCode, stdout, stderr } = await workspace.run('contract', ['--write'])
    expect(stderr).toMatch(
      /^openapi\/connected-apps\.yaml:\d+:\d+: Example value must conform to the schema.*\n$/,
    )
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' })
    expect(workspace.read(contract)).toBe(before)
  })

  test('a document that the code generation rejects, with the line', async () => {
    using workspace = createWorkspace()
    workspace.editContract(addHeader)
    const before = workspace.read(contract)
    const line = before.split('\n').indexOf('paths:') + 2 // its first member
    const rejection = 'generate: openapi/connected-apps.yaml #/paths/x-none: is missing; write it'
    workspace.write(
      'package.json',
      JSON.stringify({ scripts: { generate: `echo '${rejection}' >&2; exit 2` } }),
    )
    const { exitCode, stdout, stderr } = await workspace.run('contract', ['--write'])
    expect(stderr).toBe(`openapi/connected-apps.yaml:${line}: x-none is missing; write it\n`)
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' })
    expect(workspace.read(contract)).toBe(before)
    expect(() => workspace.read('.changeset/contract-1-1-0.md')).toThrow('ENOENT')
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

/** A text of one line that starts with these words. */
function oneLine(start: string): RegExp {
  return new RegExp(`^${RegExp.escape(start)}.*$`)
}
