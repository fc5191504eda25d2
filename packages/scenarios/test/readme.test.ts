import { readFile, readdir } from 'node:fs/promises'
import { expect, test } from 'vitest'

const examples = new URL('../examples/', import.meta.url)

test('the examples of the README are the files that other tests run', async () => {
  const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8')
  const blocks = [...readme.matchAll(/^```ts example\n(\/\/ ([^\n]*)\n.*?)^```$/gms)]
  const inReadme = Object.fromEntries(blocks.map(([, code, name = '']) => [name, code]))
  const names = await readdir(examples)
  const texts = names.map(async (name) => [name, await readFile(new URL(name, examples), 'utf8')])
  expect(inReadme).toEqual(Object.fromEntries(await Promise.all(texts)))
})
