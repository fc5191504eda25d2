import { execFile } from 'node:child_process'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

// Inside the package, so that the examples can import the package by its name.
const directory = fileURLToPath(new URL('../node_modules/.cache/readme/', import.meta.url))

test('the examples of the README compile', async () => {
  const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8')
  const examples = [...readme.matchAll(/^```ts\n(.*?)^```/gms)].map(([, code = '']) => code)
  expect(examples.length).toBeGreaterThan(0)
  await mkdir(directory, { recursive: true })
  const files = examples.map((_, index) => `example-${index + 1}.ts`)
  for (const [index, code] of examples.entries()) {
    await writeFile(`${directory}${files[index]}`, code)
  }
  await writeFile(
    `${directory}tsconfig.json`,
    JSON.stringify({ extends: '../../../tsconfig.json', include: [], files }),
  )
  const compiled = promisify(execFile)('tsc', ['--noEmit', '-p', directory])
  expect((await compiled.catch((error: { stdout: string }) => error)).stdout).toBe('')
})
