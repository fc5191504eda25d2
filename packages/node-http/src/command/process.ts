import { CommandError } from './errors.ts'

/**
 * Stops the process cleanly on Ctrl-C and on SIGTERM. Further signals are ignored in the meantime,
 * since npm forwards the Ctrl-C that the terminal has already sent.
 *
 * @param stop resolves to the exit code; if it rejects, the error is printed, and the exit code is 1
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
 * Requires a version of Node.js.
 *
 * @param engine from the `engines` of package.json: `>=24.18`
 * @throws {CommandError} if the version is older
 */
export function requireNode(engine: string, version: string = process.versions.node): void {
  if (satisfiesEngine(engine, version)) return
  throw new CommandError(`needs Node.js ${minVersionOf(engine)} or newer; this is ${version}`)
}

/** Whether a version of Node.js satisfies the `engines` of a package.json, such as `>=24.18`. */
export function satisfiesEngine(engine: string, version: string = process.versions.node): boolean {
  return version.localeCompare(minVersionOf(engine), 'en', { numeric: true }) >= 0
}

function minVersionOf(engine: string): string {
  return engine.replace('>=', '')
}
