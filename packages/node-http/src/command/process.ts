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
  if (satisfiesEngine(engine, version)) return
  throw new CommandError(`needs Node.js ${minVersionOf(engine)} or newer; this is ${version}`)
}

/** Whether a Node.js is as new as the `engines` of a package.json say: `>=24.18`. */
export function satisfiesEngine(engine: string, version: string = process.versions.node): boolean {
  return version.localeCompare(minVersionOf(engine), 'en', { numeric: true }) >= 0
}

function minVersionOf(engine: string): string {
  return engine.replace('>=', '')
}
