import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

// Prints whether the parser of command lines is loaded when the built module is imported.
const program = `
import { registerHooks } from 'node:module'
let isLoaded = false
registerHooks({
  resolve(specifier, context, next) {
    isLoaded ||= specifier === 'commander'
    return next(specifier, context)
  },
})
await import(process.argv[1])
console.log(isLoaded)
`

test.each([
  ['index.js', 'false'],
  ['vitest.js', 'false'],
  ['cli/main.js', 'true'],
])('%s loads the parser of command lines: %s', async (file, isLoaded) => {
  const module = fileURLToPath(new URL(`../dist/${file}`, import.meta.url))
  const args = ['--input-type=module', '--eval', program, module, '--version']
  const { stdout } = await promisify(execFile)(process.execPath, args)
  expect(stdout.trimEnd().split('\n').at(-1)).toBe(isLoaded)
})
