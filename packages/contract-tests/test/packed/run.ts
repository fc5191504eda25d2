import { spawn } from 'node:child_process'
import { text } from 'node:stream/consumers'

/** The result of a program. */
export interface RunResult {
  code: number | null
  /** Standard output, followed by standard error. */
  output: string
}

/** Runs a program and waits for it to exit. */
export async function run(
  program: string,
  args: string[],
  options: { cwd: string; env?: NodeJS.ProcessEnv },
): Promise<RunResult> {
  const child = spawn(program, args, {
    ...options,
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 300_000, // npm without access to its registry would retry for much longer
  })
  const [code, out, error] = await Promise.all([
    new Promise<number | null>((resolve, reject) => child.on('close', resolve).on('error', reject)),
    text(child.stdout),
    text(child.stderr),
  ])
  return { code, output: out + error }
}
