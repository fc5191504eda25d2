import { CommandError } from './errors.ts'

/**
 * Stops cleanly on Ctrl-C and on SIGTERM. Further signals are ignored meanwhile, since npm passes on
 * the Ctrl-C that the terminal has sent already.
 *
 * @param stop what it resolves to becomes the exit code
 */
export function onStopSignal(stop: () => Promise<number>): void {
  let isStopping = false
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      if (isStopping) return
      isStopping = true
      stop().then(
        (code) => process.exit(code),
        (error: unknown) => {
          console.error(error)
          process.exit(1)
        },
      )
    })
  }
}

/**
 * Rejects a Node.js that is too old for the command.
 *
 * @param engine from the `engines` of package.json: `>=24.18`
 * @throws {CommandError}
 */
export function requireNode(engine: string, version: string = process.versions.node): void {
  const minVersion = engine.replace('>=', '')
  if (version.localeCompare(minVersion, 'en', { numeric: true }) < 0) {
    throw new CommandError(`needs Node.js ${minVersion} or newer; this is ${version}`)
  }
}
