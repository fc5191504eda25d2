import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { generate } from '../codegen/generate.ts'

const directory = join(import.meta.dirname, '../src/generated')
const generated = await generate()

test.each(Object.entries(generated))(
  '%s is what the contract generates (else run `npm run generate`)',
  async (name, text) => {
    expect(await readFile(join(directory, name), 'utf8')).toBe(text)
  },
)

test('the directory contains no other files', async () => {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile())
  const names = files.map(({ parentPath, name }) => join(parentPath, name)).toSorted()
  const expected = Object.keys(generated).map((name) => join(directory, name))
  expect(names).toEqual(expected.toSorted())
})

test('each generated module names its source', () => {
  for (const [name, text] of Object.entries(generated)) {
    if (name.endsWith('.ts')) expect(text).toMatch(/^\/\/ Generated from openapi\//)
  }
})
