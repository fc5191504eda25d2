import { spawn } from 'node:child_process'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'

/** The built command. */
export const main = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url))

/** Runs the built command in a process of its own, without this process's environment. */
export async function contractTests(
  args: string[],
  environment: Record<string, string> = {},
  cwd?: string,
): Promise<{ code: number | null; out: string; error: string }> {
  const child = spawn(process.execPath, [main, ...args], {
    cwd,
    env: environment,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const [code, out, error] = await Promise.all([
    new Promise<number | null>((resolve) => child.on('close', resolve)),
    text(child.stdout),
    text(child.stderr),
  ])
  return { code, out, error }
}
