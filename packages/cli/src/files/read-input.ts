import { createReadStream } from 'node:fs'
import { CommandError } from '@connected-apps/node-http/command'
import { CHUNK_BYTES } from './line-batches.ts'
import { describeCause } from './system-error.ts'

/**
 * The bytes of a file, or of standard input if the path is `-`.
 *
 * @throws {CommandError} if it cannot be read
 */
export async function* readInput(path: string): AsyncGenerator<Uint8Array, void> {
  try {
    yield* path === '-' ? process.stdin : createReadStream(path, { highWaterMark: CHUNK_BYTES })
  } catch (error) {
    const name = path === '-' ? 'standard input' : path
    throw new CommandError(`${name} cannot be read: ${describeCause(error)}`, { cause: error })
  }
}
