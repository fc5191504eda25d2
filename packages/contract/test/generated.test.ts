import { readdir, readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { generate } from '../codegen/generate.ts'
import { folder } from '../codegen/paths.ts'

const generated = await generate()

test.each(Object.entries(generated))(
  '%s is what the contract generates (else run `npm run generate`)',
  async (name, text) => {
    expect(await readFile(new URL(name, folder), 'utf8')).toBe(text)
  },
)

test('nothing else stands among the generated files', async () => {
  expect((await readdir(folder)).toSorted()).toEqual(Object.keys(generated).toSorted())
})

test('each generated module says from what and how', () => {
  for (const [name, text] of Object.entries(generated)) {
    if (name.endsWith('.ts')) expect(text).toMatch(/^\/\/ Generated from openapi\//)
  }
})
