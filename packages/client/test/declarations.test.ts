import { readdir, readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'

const dist = new URL('../dist/', import.meta.url)

test('no declaration file mentions openapi-fetch, so that a patch can replace it', async () => {
  const declarations = (await readdir(dist)).filter((name) => name.endsWith('.d.ts'))
  expect(declarations).toContain('index.d.ts')
  for (const name of declarations) {
    const code = (await readFile(new URL(name, dist), 'utf8')).replaceAll(/\/\*.*?\*\//gs, '')
    expect(`${name}: ${code}`).not.toMatch(/openapi-(fetch|typescript)/)
  }
})
