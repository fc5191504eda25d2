import { fileURLToPath } from 'node:url'
import type { Plugin } from 'rolldown'
import { rolldown } from 'rolldown'

interface Target {
  format?: 'esm' | 'iife'
  platform?: 'browser' | 'node'
}

/** Bundles a package and its dependencies into one minified file, as an app would. */
export function bundle(name: string, target?: Target): Promise<string> {
  return build(fileURLToPath(import.meta.resolve(name)), target)
}

/** The same for the source text of an app, whose imports are resolved as from a test. */
export function bundleApp(code: string, target?: Target): Promise<string> {
  const id = fileURLToPath(new URL('app-of-a-test.js', import.meta.url)) // no such file exists
  return build(id, target, {
    name: 'app',
    resolveId: (source) => (source === id ? id : undefined),
    load: (path) => (path === id ? code : undefined),
  })
}

async function build(
  input: string,
  { format = 'esm', platform = 'browser' }: Target = {},
  plugin?: Plugin,
): Promise<string> {
  const built = await rolldown({ input, platform, logLevel: 'silent', plugins: [plugin] })
  const { output } = await built.generate({ format, minify: true, name: 'client' })
  await built.close()
  return output[0].code
}
