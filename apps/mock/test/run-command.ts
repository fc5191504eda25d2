import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const cli = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url))

/** A run of the built command. */
export interface CommandRun {
  stdout: string
  stderr: string
  /** Resolves once the output on stdout matches the pattern. */
  printed(pattern: RegExp): Promise<RegExpExecArray>
  kill(signal: NodeJS.Signals): void
  /** Closes the pipe that the command prints to. */
  closeOutput(): void
  exit: Promise<number | null>
}

/** Runs the built command, or another script, in a process of its own. */
export function runCommand(
  args: string[],
  {
    node = process.execPath,
    script = cli,
    env = {},
  }: { node?: string; script?: string; env?: Record<string, string> } = {},
): CommandRun {
  const child = spawn(node, [script, ...args], { env: { ...process.env, ...env } })
  const exit = new Promise<number | null>((resolve) => child.once('close', resolve))
  const run: CommandRun = {
    stdout: '',
    stderr: '',
    printed: async (pattern) => {
      for (;;) {
        const match = pattern.exec(run.stdout)
        if (match) return match
        const more = new Promise((resolve) => child.stdout.once('data', resolve))
        const ended = await Promise.race([more, exit.then(() => 'ended' as const)])
        if (ended === 'ended')
          throw new Error(`not printed: ${pattern}\n${run.stdout}${run.stderr}`)
      }
    },
    kill: (signal) => child.kill(signal),
    closeOutput: () => child.stdout.destroy(),
    exit,
  }
  child.stdout.on('data', (chunk: Buffer) => (run.stdout += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (run.stderr += chunk.toString()))
  return run
}
