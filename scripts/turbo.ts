import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { constants } from 'node:os'

// Nothing of this project reports to anyone, and nothing but an install asks the network.
const quiet = {
  DO_NOT_TRACK: '1',
  REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true',
  REDOCLY_TELEMETRY: 'off',
  TURBO_NO_UPDATE_NOTIFIER: '1',
  TURBO_TELEMETRY_DISABLED: '1',
}

// Without a browser the tests that need one are skipped; turbo must not take that for their passing.
const browser = { CHROMIUM: existsSync('/usr/bin/chromium') ? 'installed' : 'absent' }

const isWindows = process.platform === 'win32'

/** Runs turbo with these arguments. Resolves to its exit code. */
export function turbo(args: string[]): Promise<number> {
  const child = spawn('turbo', args, {
    stdio: 'inherit',
    env: { ...process.env, ...quiet, ...browser },
    detached: !isWindows, // a process group of its own, for `forward`
    shell: isWindows, // turbo is a .cmd file there
  })
  // npm hands a signal on to this process alone; turbo's launcher would keep it from the tasks.
  const forward = (signal: NodeJS.Signals) => {
    if (child.pid !== undefined) process.kill(isWindows ? child.pid : -child.pid, signal)
  }
  // A closed terminal hangs up on this process alone, since turbo has a session of its own.
  const hangUp = () => forward('SIGTERM')
  process.on('SIGINT', forward).on('SIGTERM', forward).on('SIGHUP', hangUp)
  // npm's shell ends on SIGTERM without handing it on; that its child has lost its parent is the only trace.
  const parent = process.ppid
  const watch = setInterval(() => process.ppid === parent || forward('SIGTERM'), 500)
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (code, signal) => {
      clearInterval(watch)
      process.off('SIGINT', forward).off('SIGTERM', forward).off('SIGHUP', hangUp)
      resolve(code ?? 128 + (signal ? constants.signals[signal] : 0))
    })
  })
}

if (import.meta.main) process.exitCode = await turbo(process.argv.slice(2))
