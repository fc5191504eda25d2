import { fileURLToPath } from 'node:url'
import { rolldown } from 'rolldown'
import { expect, it } from 'vitest'

it('is bundled for a browser without a warning, and needs no API of Node.js', async () => {
  const warnings: string[] = []
  const bundle = await rolldown({
    input: fileURLToPath(new URL('../src/index.ts', import.meta.url)),
    platform: 'browser',
    onLog: (_level, { message }) => warnings.push(message),
  })
  const { output } = await bundle.generate({ minify: true })
  await bundle.close()
  expect(warnings).toEqual([])
  expect(output).toHaveLength(1)
  expect(output[0].imports).toEqual([])
  expect(output[0].code).not.toMatch(/\bprocess\b|\bBuffer\b|\brequire\(/)
})
