import { closeSync, constants, createReadStream, openSync, statSync, writeSync } from 'node:fs'
import { CommandError } from '@connected-apps/node-http/command'
import { CHUNK_BYTES } from './line-batches.ts'
import { describeCause } from './system-error.ts'

/**
 * The bytes of a file, or of standard input if the path is `-`.
 *
 * @param signal ends the reading of a file
 * @throws {CommandError} if it cannot be read
 */
export async function* readInput(
  path: string,
  signal?: AbortSignal,
): AsyncGenerator<Uint8Array, void> {
  const wake = (): void => wakeReader(path)
  try {
    if (path === '-') {
      yield* process.stdin
    } else {
      signal?.addEventListener('abort', wake)
      yield* createReadStream(path, { highWaterMark: CHUNK_BYTES, signal })
    }
  } catch (error) {
    const name = path === '-' ? 'standard input' : path
    throw new CommandError(`${name} cannot be read: ${describeCause(error)}`, { cause: error })
  } finally {
    signal?.removeEventListener('abort', wake)
  }
}

/**
 * Writes a byte to a named pipe that this process reads. Node.js cannot abort a read of a pipe that
 * nobody writes to, or its opening, and does not even exit before that.
 */
function wakeReader(path: string): void {
  try {
    if (!statSync(path).isFIFO()) return
    const fd = openSync(path, constants.O_WRONLY | constants.O_NONBLOCK)
    try {
      writeSync(fd, '\n')
    } finally {
      closeSync(fd)
    }
  } catch {
    // There is no reader any more.
  }
}
