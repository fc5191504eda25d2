import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { createInterface } from 'node:readline'

/** What a process had printed when it ended, and how it ended. */
export interface EndedProcess {
  readonly lines: readonly string[]
  readonly stderr: string
  /** Null if it was killed. */
  readonly exitCode: number | null
}

/**
 * Runs a command, and kills it with SIGKILL as soon as it has printed a number of lines, so that the
 * moment depends on its progress and not on the speed of the machine. The lines include those that it
 * printed until the signal arrived.
 *
 * @param killAfterLines 0 kills it at once; undefined lets it run to its end
 */
export async function runUntilKilled(
  command: string,
  args: readonly string[],
  killAfterLines?: number,
  env: NodeJS.ProcessEnv = process.env,
): Promise<EndedProcess> {
  const child = spawn(command, args, { env, stdio: ['ignore', 'pipe', 'pipe'] })
  const ended = exitOf(child)
  const lines: string[] = []
  let stderr = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  const kill = () => {
    if (lines.length === killAfterLines) child.kill('SIGKILL')
  }
  kill()
  for await (const line of createInterface({ input: child.stdout })) {
    lines.push(line)
    kill()
  }
  return { lines, stderr, exitCode: await ended }
}

function exitOf(child: ChildProcess): Promise<number | null> {
  return new Promise((resolve, reject) => {
    child.once('error', reject).once('close', resolve)
  })
}
