/** A second signal within this time is the same Ctrl-C: npx forwards what the terminal has sent to both. */
const SAME_SIGNAL_MS = 250

/** Ctrl-C, the end of the process, and a terminal that is closed. */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/**
 * Calls `interrupt` on the first Ctrl-C, SIGTERM or SIGHUP, and ends the process on the second one.
 *
 * @returns a function that stops listening
 */
export function onInterrupt(interrupt: () => void): () => void {
  let interruptedAt: number | undefined
  const listener = (): void => {
    const now = performance.now()
    if (interruptedAt === undefined) {
      interruptedAt = now
      interrupt()
    } else if (now - interruptedAt > SAME_SIGNAL_MS) {
      // What was sent without an outcome is in the ledger.
      process.exit(130)
    }
  }
  for (const signal of SIGNALS) process.on(signal, listener)
  return () => {
    for (const signal of SIGNALS) process.off(signal, listener)
  }
}
