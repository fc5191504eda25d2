import { CommandError } from '@connected-apps/node-http/command'
import spawn from 'cross-spawn'
import type { ChildProcess } from 'node:child_process'
import os from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'

/** How long the processes that a command has left running may take to end before they are killed. */
const graceMs = 5_000
const pollMs = 50

// Windows has no process groups.
const hasGroups = process.platform !== 'win32'

/**
 * Runs a command with the terminal of this process, and ends everything that it has started. Signals are
 * passed on to it. After it has ended they are ignored, so that they do not prevent the report.
 *
 * @returns its exit code; as in a shell, 128 and the number of the signal that ended it
 * @throws {CommandError} when it cannot be started
 */
export async function runTests(
  [file = '', ...args]: readonly string[],
  variables: Record<string, string>,
): Promise<number> {
  const child = spawn(file, args, {
    stdio: 'inherit',
    env: { ...process.env, ...variables },
    detached: hasGroups, // as the leader of a group of its own
  })
  // Also after an uncaught exception, which leaves no time to wait for the group.
  const endAtExit = () => signalGroup(child, 'SIGTERM')
  process.once('exit', endAtExit)
  const stopPassing = passSignalsOn(child)
  try {
    return await exitCodeOf(child, file)
  } finally {
    await endGroup(child)
    stopPassing()
    process.off('exit', endAtExit)
  }
}

function exitCodeOf(child: ChildProcess, file: string): Promise<number> {
  return new Promise((resolve, reject) => {
    child.once('error', (error: NodeJS.ErrnoException) => {
      const reason = error.code === 'ENOENT' ? 'there is no such program' : error.code
      const message = `${JSON.stringify(file)} cannot be started: ${reason}; pass a program and its arguments after --`
      reject(new CommandError(message, { cause: error }))
    })
    child.once('exit', (code, signal) => {
      resolve(code ?? 128 + (signal === null ? 0 : os.constants.signals[signal]))
    })
  })
}

function passSignalsOn(child: ChildProcess): () => void {
  let last: { signal: NodeJS.Signals; at: number } | undefined
  let isPassing = true
  const pass = (signal: NodeJS.Signals) => {
    const at = performance.now()
    // npm passes on the Ctrl-C that the terminal has sent already, and many commands take the second
    // one for a forced stop.
    const isEcho = last?.signal === signal && at - last.at < 500
    if (isEcho) return
    last = { signal, at }
    // On Windows, the terminal has sent it to the command too.
    if (hasGroups && isPassing) signalGroup(child, signal)
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'] as const) {
    process.on(signal, pass)
  }
  return () => {
    isPassing = false
  }
}

/** Ends what is left of the group, such as a server that the command has started in the background. */
async function endGroup(child: ChildProcess): Promise<void> {
  if (!hasGroups || !signalGroup(child, 'SIGTERM')) return
  const deadline = performance.now() + graceMs
  while (performance.now() < deadline) {
    if (!signalGroup(child, 0)) return
    await sleep(pollMs)
  }
  signalGroup(child, 'SIGKILL')
}

/** Sends a signal to every process of the group; 0 only tests whether there is one. */
function signalGroup({ pid }: ChildProcess, signal: NodeJS.Signals | 0): boolean {
  if (pid === undefined) return false
  try {
    return process.kill(-pid, signal)
  } catch {
    return false // no process is left, or only zombies
  }
}
