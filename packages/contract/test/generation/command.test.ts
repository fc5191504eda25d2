import { execFile } from 'node:child_process'
import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { generate } from '../../codegen/generate.ts'
import document from '../../src/generated/openapi.json' with { type: 'json' }
import type { Change } from './changed-document.ts'
import { at, changed, firstOf, temporaryDirectory } from './changed-document.ts'

const timeout = 120_000

interface Outcome {
  code: unknown
  stdout: string
  stderr: string
}

function runGenerate(...parameters: string[]): Promise<Outcome> {
  const main = join(import.meta.dirname, '../../codegen/main.ts')
  return new Promise((resolve) => {
    execFile(process.execPath, [main, ...parameters], (error, stdout, stderr) => {
      resolve({ code: error?.code ?? 0, stdout, stderr })
    })
  })
}

const [path] = firstOf(document, 'paths')
const [method] = firstOf(document, 'paths', path)
const operationIn = (changedDocument: unknown) => at(changedDocument, 'paths', path, method)

const rows: [title: string, document: string | Change, message: RegExp][] = [
  ['YAML that does not parse', 'openapi: 3.1.1\ninfo: {', /#: unexpected end of the stream/],
  [
    'an extension missing',
    (changedDocument) => delete operationIn(changedDocument)['x-safety'],
    /\/x-safety: is missing; write safe, idempotent or unsafe/,
  ],
  [
    'a name of an example that does not exist',
    (changedDocument) => (at(changedDocument)['x-error-type'] = 'nothing'),
    /\/responses: has no example nothing, which x-error-type of the document names; write it/,
  ],
  [
    'an operation without examples',
    (changedDocument) => {
      const [, content] = firstOf(operationIn(changedDocument), 'responses', '200', 'content')
      delete content['examples']
    },
    /\/examples: is missing; write at least one example/,
  ],
  [
    'two operations with one id',
    (changedDocument) => {
      const copy = { ...operationIn(changedDocument), 'x-client-method': 'a.copy', parameters: [] }
      at(changedDocument, 'paths')['/copy'] = { get: copy }
    },
    /#\/paths\/~1copy\/get: duplicates the operationId/,
  ],
  [
    'a schema that Ajv rejects',
    (changedDocument) => {
      firstOf(changedDocument, 'components', 'schemas')[1]['type'] = 'strin'
    },
    /#\/components\/schemas\/\w+\/type: is not valid in JSON Schema 2020-12; /,
  ],
  [
    'a reference to nothing',
    (changedDocument) => {
      at(operationIn(changedDocument), 'responses')['400'] = { $ref: '#/components/responses/None' }
    },
    /\/responses\/400: Can't resolve \$ref; write a reference to what exists/,
  ],
]

test.each(rows)(
  'a document with %s is rejected in one line, and nothing is written',
  { timeout },
  async (_, given, message) => {
    const directory = await temporaryDirectory()
    const file = join(directory, 'document.yaml')
    const output = join(directory, 'output')
    await writeFile(file, typeof given === 'string' ? given : changed(given))
    await mkdir(output)
    await writeFile(join(output, 'kept.ts'), '')
    const { code, stdout, stderr } = await runGenerate('--document', file, '--output', output)
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    const [line = '', ...others] = stderr.trimEnd().split('\n')
    expect(others).toEqual([])
    expect(line.startsWith(`generate: ${file} #`)).toBe(true)
    expect(line).toMatch(message)
    expect(await readdir(output)).toEqual(['kept.ts'])
    expect((await readdir(directory)).toSorted()).toEqual(['document.yaml', 'output'])
  },
)

test('the command replaces the whole directory with what it generates', { timeout }, async () => {
  const directory = await temporaryDirectory()
  const output = join(directory, 'deep', 'output')
  await mkdir(output, { recursive: true })
  await writeFile(join(output, 'stale.ts'), '')
  expect(await runGenerate('--output', output)).toEqual({ code: 0, stdout: '', stderr: '' })
  const entries = await readdir(output, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile())
  const names = files.map(({ parentPath, name }) => join(parentPath, name))
  const expected = Object.keys(await generate()).map((name) => join(output, name))
  expect(names.toSorted()).toEqual(expected.toSorted())
  expect(await readdir(join(directory, 'deep'))).toEqual(['output'])
})

test.each([
  ['a document that is missing', ['--document', '/missing.yaml'], '/missing.yaml #: ENOENT'],
  ['a document that is a directory', ['--document', '/'], '/ #: '],
  ['an option that does not exist', ['--documents', 'a'], "Unknown option '--documents'"],
  ['an argument', ['a.yaml'], 'Unexpected argument'],
  ['a directory that cannot be', ['--output', '/dev/null/output'], 'ENOTDIR'],
])('the command rejects %s in one line', { timeout }, async (_, parameters, message) => {
  const { code, stdout, stderr } = await runGenerate(...parameters)
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
  expect(stderr).toMatch(/^generate: [^\n]+\n$/)
  expect(stderr).toContain(message)
})

test('--help describes the command', { timeout }, async () => {
  const { code, stdout } = await runGenerate('--help')
  expect(code).toBe(0)
  expect(stdout).toMatch(/^Usage: npm run generate/)
})
