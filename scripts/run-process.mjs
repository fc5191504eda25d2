import { spawn } from 'node:child_process'
import { constants } from 'node:os'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The directory that the repository is checked out to. */
export const root = fileURLToPath(new URL('..', import.meta.url))

const isWindows = process.platform === 'win32'

const environment = {
  ...process.env,
  PATH: join(root, 'node_modules/.bin') + delimiter + process.env['PATH'],
  // No tool of this project reports usage, and only an installation needs the network.
  DO_NOT_TRACK: '1',
  REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true',
  REDOCLY_TELEMETRY: 'off',
  TURBO_NO_UPDATE_NOTIFIER: '1',
  TURBO_TELEMETRY_DISABLED: '1',
}

let isStopping = false

/** Whether this process has to stop, because of a signal or because its parent is gone. */
export function isStopRequested() {
  return isStopping
}

/**
 * Runs a program in a process group of its own. Whatever stops this process (Ctrl-C, a signal, a
 * closed terminal, a parent that is gone) stops the whole group.
 *
 * @param {string} command
 * @param {string[]} args
 * @param {import('node:child_process').SpawnOptions} [options]
 */
export function runProcess(command, args, options = {}) {
  const child = spawn(command, args, {
    cwd: root,
    stdio: 'inherit',
    ...options,
    env: { ...environment, ...options.env },
    detached: !isWindows,
    shell: isWindows, // programs in node_modules/.bin are .cmd files there
  })
  let forwardedAt = -Infinity
  /** @param {NodeJS.Signals} signal */
  const forward = (signal) => {
    isStopping = true
    // One Ctrl-C can arrive twice, from the terminal and from npm. To most servers the second one
    // means "stop at once".
    if (child.pid === undefined || performance.now() - forwardedAt < 500) return
    forwardedAt = performance.now()
    try {
      process.kill(isWindows ? child.pid : -child.pid, signal)
    } catch {
      // It has just ended by itself.
    }
  }
  // The child is in another session, so a closing terminal sends its SIGHUP only to this process.
  const hangUp = () => forward('SIGTERM')
  process.on('SIGINT', forward).on('SIGTERM', forward).on('SIGHUP', hangUp)
  // The shell that npm starts may die of SIGTERM without passing it on. The only sign of it is that
  // this process gets another parent.
  const parent = process.ppid
  const watch = setInterval(() => process.ppid === parent || forward('SIGTERM'), 500)
  /** @type {Promise<number>} */
  const exitCode = new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code, signal) =>
      resolve(code ?? 128 + (signal ? constants.signals[signal] : 0)),
    )
  }).finally(() => {
    clearInterval(watch)
    process.off('SIGINT', forward).off('SIGTERM', forward).off('SIGHUP', hangUp)
  })
  return { child, exitCode, stop: hangUp }
}

/**
 * Waits until one of the processes ends, then stops the others.
 *
 * @param {ReturnType<typeof runProcess>[]} processes
 * @returns {Promise<number>} the exit code of that one, as the others end because they are stopped;
 *   the highest of all if this process has to stop
 */
export async function stopWithFirst(processes) {
  const exitCodes = processes.map(({ exitCode }) => exitCode)
  const first = await Promise.race(exitCodes)
  const wasStopping = isStopping
  if (!wasStopping) for (const { stop } of processes) stop()
  const all = await Promise.all(exitCodes)
  return wasStopping ? Math.max(...all) : first
}
