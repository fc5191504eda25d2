import { fileURLToPath } from 'node:url'
import { rolldown } from 'rolldown'

/** The built package with its dependencies in one minified file, as a browser app would bundle it. */
export async function bundle(format: 'esm' | 'iife'): Promise<string> {
  const input = fileURLToPath(import.meta.resolve('@connected-apps/client'))
  const build = await rolldown({ input, platform: 'browser' })
  const { output } = await build.generate({ format, minify: true, name: 'client' })
  await build.close()
  return output[0].code
}
