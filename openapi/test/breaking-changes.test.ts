import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Document } from 'yaml'
import { parseDocument } from 'yaml'
import manifest from '../package.json' with { type: 'json' }

type Edit = (contract: Document) => void
interface Change {
  kind: string
  /** Prepares the released side where the contract itself has nothing of this kind. */
  before?: Edit
  change: Edit
}

const root = fileURLToPath(new URL('..', import.meta.url))
const operation = [
  'paths',
  '/v1/b2b/organizations/{organization_id}/members/{member_id}/connected_apps/{connected_app_id}/revoke',
  'post',
]
const schemas = ['components', 'schemas']
const memberPattern = ['components', 'parameters', 'MemberId', 'schema']

const breaks: Change[] = [
  {
    kind: 'a removed response',
    change: (contract) => contract.deleteIn([...operation, 'responses', '429']),
  },
  {
    kind: 'a new required parameter',
    change: (contract) =>
      contract.addIn([...operation, 'parameters'], {
        name: 'X-New',
        in: 'header',
        required: true,
        schema: { type: 'string' },
      }),
  },
  {
    kind: 'a parameter that becomes required',
    change: (contract) =>
      contract.setIn(['components', 'parameters', 'MemberSession', 'required'], true),
  },
  {
    kind: 'a removed parameter',
    change: (contract) => contract.deleteIn([...operation, 'parameters', 4]),
  },
  {
    kind: 'a narrowed enum of a request',
    before: (contract) => contract.setIn([...memberPattern, 'enum'], ['a', 'b']),
    change: (contract) => contract.setIn([...memberPattern, 'enum'], ['a']),
  },
  {
    kind: 'a narrowed pattern of a request',
    change: (contract) => contract.setIn([...memberPattern, 'pattern'], '^[a-z]{1,128}$'),
  },
  {
    kind: 'a removed property',
    change: (contract) => {
      contract.deleteIn([...schemas, 'ErrorEnvelope', 'properties', 'error_url'])
      contract.deleteIn([...schemas, 'ErrorEnvelope', 'required', 3])
    },
  },
  {
    kind: 'a response property that is no longer required',
    change: (contract) => contract.deleteIn([...schemas, 'ErrorEnvelope', 'required', 1]),
  },
  {
    kind: 'a changed type',
    change: (contract) => contract.setIn([...schemas, 'RequestId', 'type'], 'integer'),
  },
  {
    kind: 'a changed const',
    change: (contract) =>
      contract.setIn([...schemas, 'NotFoundError', 'properties', 'status_code', 'const'], 410),
  },
  {
    kind: 'a request body that becomes required',
    change: (contract) => contract.setIn([...operation, 'requestBody', 'required'], true),
  },
  {
    kind: 'a removed media type',
    change: (contract) => {
      const content = [...operation, 'responses', '200', 'content']
      contract.setIn([...content, 'text/plain'], contract.getIn([...content, 'application/json']))
      contract.deleteIn([...content, 'application/json'])
    },
  },
  {
    kind: 'a removed operation',
    change: (contract) => {
      contract.setIn([...operation.slice(0, 2), 'put'], contract.getIn(operation))
      contract.deleteIn(operation)
    },
  },
]

const harmless: Change[] = [
  {
    kind: 'a reworded description',
    change: (contract) => contract.setIn([...operation, 'description'], 'In other words.'),
  },
  {
    kind: 'a new optional parameter',
    change: (contract) =>
      contract.addIn([...operation, 'parameters'], {
        name: 'X-New',
        in: 'header',
        required: false,
        schema: { type: 'string' },
      }),
  },
  {
    kind: 'a new optional property',
    change: (contract) =>
      contract.setIn([...schemas, 'ErrorEnvelope', 'properties', 'hint'], { type: 'string' }),
  },
  {
    kind: 'a new example',
    change: (contract) =>
      contract.setIn(
        [...operation, 'requestBody', 'content', 'application/json', 'examples', 'ids'],
        {
          summary: 'Another',
          value: { member_id: 'm' },
        },
      ),
  },
  {
    kind: 'a widened enum of a request',
    before: (contract) => contract.setIn([...memberPattern, 'enum'], ['a']),
    change: (contract) => contract.setIn([...memberPattern, 'enum'], ['a', 'b']),
  },
  {
    kind: 'a new server',
    change: (contract) =>
      contract.addIn(['servers'], { url: 'https://eu.example.com', description: 'Another.' }),
  },
]

let folder: string
let text: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'breaking-changes-'))
  text = await readFile(join(root, 'connected-apps.yaml'), 'utf8')
})
afterAll(() => rm(folder, { recursive: true }))

describe.each(breaks)('$kind', (change) => {
  test('fails the gate as a minor version, and names the bump', async () => {
    const gate = await runGate(change, '1.1.0')
    expect(gate.output).toContain('require a major bump (2.0.0)')
    expect(gate.exitCode).toBe(1)
  })

  test('passes the gate as a major version', async () => {
    expect(await runGate(change, '2.0.0')).toMatchObject({ exitCode: 0 })
  })
})

describe.each(harmless)('$kind', (change) => {
  test('passes the gate as a minor version', async () => {
    expect(await runGate(change, '1.1.0')).toMatchObject({ exitCode: 0 })
  })

  test('fails the gate without a new version', async () => {
    const gate = await runGate(change, '1.0.0')
    expect(gate.output).toMatch(/require a (minor|patch) bump/)
    expect(gate.exitCode).toBe(1)
  })
})

test('refuses a document that cannot be read', async () => {
  const broken = join(folder, 'broken.yaml')
  await writeFile(broken, 'openapi: [')
  const gate = await gateOf(join(root, 'released/connected-apps.yaml'), broken)
  expect(gate.output).toContain('broken.yaml')
  expect(gate.exitCode).not.toBe(0)
})

async function runGate({ before, change }: Change, version: string) {
  const base = await write('base.yaml', [before, setVersion('1.0.0')])
  const revision = await write('revision.yaml', [before, change, setVersion(version)])
  return gateOf(base, revision)
}

function setVersion(version: string): Edit {
  return (contract) => contract.setIn(['info', 'version'], version)
}

async function write(name: string, edits: (Edit | undefined)[]): Promise<string> {
  const contract = parseDocument(text)
  for (const edit of edits) edit?.(contract)
  const file = join(folder, name)
  await writeFile(file, contract.toString())
  return file
}

/** Runs the very command that guards the build. */
function gateOf(base: string, revision: string): Promise<{ exitCode: number; output: string }> {
  const [command = '', ...options] = manifest.scripts.diff.split(' ')
  return new Promise((resolve) => {
    execFile(
      join('node_modules/.bin', command),
      [...options, base, revision],
      { cwd: root },
      (error, stdout, stderr) =>
        resolve({
          exitCode: error ? Number(error.code) : 0,
          output: stdout + stderr,
        }),
    )
  })
}
