import { spawn } from 'node:child_process'
import { constants } from 'node:os'

// Nothing of this project reports to anyone, and nothing but an install asks the network.
const quiet = {
  DO_NOT_TRACK: '1',
  REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true',
  REDOCLY_TELEMETRY: 'off',
  TURBO_NO_UPDATE_NOTIFIER: '1',
  TURBO_TELEMETRY_DISABLED: '1',
}

/** Runs turbo with these arguments. Resolves to its exit code. */
export function turbo(args: string[]): Promise<number> {
  const child = spawn('turbo', args, {
    stdio: 'inherit',
    env: { ...process.env, ...quiet },
    shell: process.platform === 'win32', // turbo is a .cmd file there
  })
  // A terminal signals the whole group; a supervisor signals this process alone.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal))
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (code, signal) =>
      resolve(code ?? 128 + (signal ? constants.signals[signal] : 0)),
    )
  })
}

if (import.meta.main) process.exitCode = await turbo(process.argv.slice(2))
