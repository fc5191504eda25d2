import { fileURLToPath } from 'node:url'
import { rolldown } from 'rolldown'

interface Target {
  format?: 'esm' | 'iife'
  platform?: 'browser' | 'node'
}

/** Bundles a package and its dependencies into one minified file, as an app would. */
export async function bundle(
  name: string,
  { format = 'esm', platform = 'browser' }: Target = {},
): Promise<string> {
  const input = fileURLToPath(import.meta.resolve(name))
  const build = await rolldown({ input, platform, logLevel: 'silent' })
  const { output } = await build.generate({ format, minify: true, name: 'client' })
  await build.close()
  return output[0].code
}
