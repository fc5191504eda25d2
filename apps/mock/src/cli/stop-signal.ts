/** Stops cleanly on Ctrl-C and on SIGTERM; what `stop` resolves to becomes the exit code. */
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
