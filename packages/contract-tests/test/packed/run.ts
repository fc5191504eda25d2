import { spawn } from 'node:child_process'
import { text } from 'node:stream/consumers'

/** How a program ended. */
export interface Ended {
  code: number | null
  /** What it wrote, standard output first. */
  output: string
}

/** Runs a program to its end. */
export async function run(
  program: string,
  args: string[],
  options: { cwd: string; env?: NodeJS.ProcessEnv },
): Promise<Ended> {
  const child = spawn(program, args, {
    ...options,
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 300_000, // an npm that can't reach its registry would wait for far longer
  })
  const [code, out, error] = await Promise.all([
    new Promise<number | null>((resolve, reject) => child.on('close', resolve).on('error', reject)),
    text(child.stdout),
    text(child.stderr),
  ])
  return { code, output: out + error }
}

/** Like {@link run}, for a program that has to succeed. */
export async function mustRun(
  ...[program, args, options]: Parameters<typeof run>
): Promise<string> {
  const { code, output } = await run(program, args, options)
  if (code === 0) return output
  throw new Error(`${program} ${args.join(' ')} in ${options.cwd} ended with ${code}:\n${output}`)
}
