import { formatCount, formatNumber } from '../../format.ts'
import type { TargetLine } from '../../targets/parse-target.ts'
import type { Connection } from '../connect.ts'
import { onInterrupt } from '../terminal/interrupt.ts'
import { LiveLine } from '../terminal/live-line.ts'
import { describeFailure, Failing } from '../failing.ts'
import type { TargetSource } from './target-source.ts'

/** A person pressed Ctrl-C while targets were read. */
export class InterruptedError extends Error {
  override name = 'InterruptedError'
}

/**
 * The lines of a source, while it is shown how many there are.
 *
 * @throws {InterruptedError} on Ctrl-C, so that whoever writes the lines can clean up
 */
export function readLines(
  source: TargetSource,
  connection: Connection,
  isQuiet: boolean,
): AsyncGenerator<TargetLine, void> {
  // Listens at once, since a draft of the ledger is written before the first line is read.
  const controller = new AbortController()
  const { signal } = controller
  const stopListening = onInterrupt(() => {
    controller.abort()
    if (source.isInputUsed) process.stdin.destroy()
  })
  const lines = source.read(connection, signal)
  const failing = new Failing()
  const stopObserving = failing.observe(connection)
  const stop = (): void => {
    stopListening()
    stopObserving()
  }
  return showProgress(lines, { signal, isQuiet, failing, stop })
}

async function* showProgress(
  lines: AsyncIterable<TargetLine>,
  options: { signal: AbortSignal; isQuiet: boolean; failing: Failing; stop: () => void },
): AsyncGenerator<TargetLine, void> {
  const { signal, isQuiet, failing, stop } = options
  let lastLine = 0
  let targets = 0
  const progress = new LiveLine(
    () => {
      const { failure } = failing
      const read = `Reading: line ${formatNumber(lastLine)}, ${formatCount(targets, 'target')}`
      return failure === undefined ? read : `${read}, ${describeFailure(failure)}`
    },
    { isQuiet },
  )
  try {
    for await (const each of lines) {
      signal.throwIfAborted()
      lastLine = each.line
      if ('target' in each) targets += 1
      yield each
    }
    signal.throwIfAborted()
  } catch (error) {
    // What was aborted fails in one way or another.
    throw signal.aborted ? new InterruptedError() : error
  } finally {
    progress.stop('clear')
    stop()
  }
}
