import { spawn } from 'node:child_process'
import type { ChildProcessWithoutNullStreams } from 'node:child_process'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'

export const main = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url))

export const SECRET = 'secret-test-that-must-not-leak'
export const SESSION = 'session-token-that-must-not-leak'

/** What a finished command has printed, and its exit code. */
export interface Finished {
  code: number | null
  out: string
  error: string
}

/** A command that runs. */
export interface Running {
  process: ChildProcessWithoutNullStreams
  finished: Promise<Finished>
}

export interface RunCliOptions {
  env?: Record<string, string>
  /** Without it, standard input stays open. */
  input?: string | undefined
  cwd?: string
}

/** Starts the command as a process that has no terminal, not even the one of the tests. */
export function startCli(
  args: readonly string[],
  { env = {}, input, cwd }: RunCliOptions = {},
): Running {
  const { NODE_COMPILE_CACHE } = process.env
  const child = spawn(process.execPath, [main, ...args], {
    env: { NODE_COMPILE_CACHE, STYTCH_PROJECT_ID: 'project-test-1', STYTCH_SECRET: SECRET, ...env },
    cwd,
    detached: true,
  })
  // The command may end without reading its input.
  child.stdin.on('error', () => undefined)
  if (input !== undefined) child.stdin.end(input)
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve))
  const finished = Promise.all([ended, text(child.stdout), text(child.stderr)])
  return { process: child, finished: finished.then(([code, out, error]) => ({ code, out, error })) }
}

/** Runs the command to its end. */
export function runCli(args: readonly string[], options?: RunCliOptions): Promise<Finished> {
  return startCli(args, { input: '', ...options }).finished
}
