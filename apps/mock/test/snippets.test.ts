import { B2BClient } from '@connected-apps/client'
import type { Operation } from '@connected-apps/contract'
import { allOperations, operations } from '@connected-apps/contract/operations'
import { examplesOf } from '@connected-apps/scenarios'
import { execFile } from 'node:child_process'
import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { allScenarios, scenarios, startMock } from '../src/index.ts'
import type { Mock, ScenarioDefinition } from '../src/index.ts'
import type { Call } from '../src/snippets/call.ts'
import { snippets } from '../src/snippets/snippets.ts'
import type { SnippetKind } from '../src/snippets/snippets.ts'
import { anyOperation, first } from './operations.ts'

const run = promisify(execFile)
const root = fileURLToPath(new URL('..', import.meta.url))
const kinds = Object.keys(snippets) as SnippetKind[] // the type is that of these keys
const programs = kinds.filter((kind) => kind !== 'curl')

/** An error that the client does not retry. */
const status = 403

let mock: Mock
let project: string

beforeAll(async () => {
  mock = await startMock()
  // In a project of its own, so that the snippets find what a consumer has installed, and no more.
  project = await mkdtemp(join(tmpdir(), 'snippets-'))
  await symlink(join(root, 'node_modules'), join(project, 'node_modules'))
  await writeFile(join(project, 'package.json'), JSON.stringify({ type: 'module' }))
})
afterAll(async () => {
  await mock.close()
  await rm(project, { recursive: true, force: true })
})

/** A call with a scenario of its own, whose texts would end a comment or a string if they could. */
function callOf(operation: Operation): Call {
  const key = `snippets-${operation.operationId}`
  const definition = {
    operationId: operation.operationId,
    id: 'it-is-mine',
    title: "It's mine\n*/ throw new Error('`$(exit 9)`')\u2028//\u202E\u{E0041}",
    responses: [{ example: first(examplesOf(operation, status)) }],
  } as ScenarioDefinition // the example is one of the operation
  return { origin: mock.url, key, operation, scenario: mock.key(key).define(definition) }
}

async function outputOf(kind: SnippetKind, call: Call): Promise<string> {
  const snippet = snippets[kind](call)
  const { stdout } = await (kind === 'curl'
    ? run('sh', ['-c', snippet])
    : run(process.execPath, ['--input-type=module', '--eval', snippet], { cwd: project }))
  return stdout
}

/** How the output of each kind names the status. */
const shown: Record<SnippetKind, RegExp> = {
  curl: /^HTTP\/1\.1 403 /,
  Client: /\bstatus_code: 403\b/,
  fetch: /^403 \{/,
  MSW: /^403 \{/,
}

describe.each(allOperations)('the snippets of $operationId', (operation) => {
  it('get the response of the scenario, three from the mock with its key, MSW without it', async () => {
    const call = callOf(operation)
    for (const kind of kinds) {
      expect(snippets[kind](call)).not.toMatch(/[^\P{C}\n]/u) // which could reorder what is read
      expect(await outputOf(kind, call)).toMatch(shown[kind])
    }
    const { operationId } = operation
    const { journal } = mock.key(call.key ?? '')
    expect(journal.assert({ operationId, status }, 3)).toMatchObject({ ok: true })
    expect(mock.journal.total).toBe(0)
  })
})

it('name the option that the client requires in jsdom, which it takes for a browser', () => {
  const snippet = snippets.Client(callOf(anyOperation))
  const [, option = ''] = /^\/\/ .* (\w+: true)/m.exec(snippet) ?? []
  const [name = ''] = option.split(':')
  const config = { project_id: 'project-test-1', secret: 'secret-test-1' }
  vi.stubGlobal('navigator', { userAgent: 'Mozilla/5.0 (linux) AppleWebKit/537.36 jsdom/26.0.0' })
  try {
    expect(() => new B2BClient(config)).toThrow(name)
    expect(new B2BClient({ ...config, [name]: true })).toBeInstanceOf(B2BClient)
  } finally {
    vi.unstubAllGlobals()
  }
})

it('revoke the app of a scenario for the Member whose list has it', async () => {
  const { revoked, oneAppPerScenario } = scenarios
  const ids = { ...revoked, ...oneAppPerScenario }
  const key = 'snippets-list'
  const scenario = first(allScenarios.filter(({ id }) => id === revoked.connected_app_id))
  const operation = operations[scenario.operationId]
  for (const kind of kinds) {
    await outputOf(kind, { origin: mock.url, key, operation, scenario })
  }
  const { operationId } = operation
  expect(mock.key(key).journal.assert({ operationId, ...ids }, 3)).toMatchObject({ ok: true })
})

it('send a preference that overrides the scenario', async () => {
  const other = first(examplesOf(anyOperation, 404))
  const call = { ...callOf(anyOperation), prefer: `example=${other}` }
  for (const kind of kinds) expect(await outputOf(kind, call)).toContain(other)
})

it('call a mock that is neither on this machine nor behind TLS', async () => {
  const origin = mock.url.replace('127.0.0.1', '0.0.0.0') // which the client does not know as loopback
  expect(await outputOf('Client', { ...callOf(anyOperation), origin })).toMatch(shown.Client)
})

it('are compiled without an error', async () => {
  const files = allOperations.flatMap((operation) =>
    programs.map((kind) => ({
      name: `${kind}-${operation.operationId}.ts`,
      // A module has a scope of its own.
      text: `${snippets[kind]({ ...callOf(operation), prefer: 'wait=1' })}\nexport {}\n`,
    })),
  )
  for (const { name, text } of files) await writeFile(join(project, name), text)
  const compilerOptions = {
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    target: 'es2022',
    module: 'nodenext',
    types: ['node'],
  }
  await writeFile(
    join(project, 'tsconfig.json'),
    JSON.stringify({ compilerOptions, files: files.map(({ name }) => name) }),
  )
  await expect(run('tsc', ['-p', project])).resolves.toMatchObject({ stdout: '' })
})
