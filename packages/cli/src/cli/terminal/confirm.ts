import { once } from 'node:events'
import { closeSync, constants, openSync, readSync } from 'node:fs'
import { createInterface } from 'node:readline/promises'
import { ReadStream, WriteStream } from 'node:tty'
import { CommandError } from '@connected-apps/node-http/command'
import { onInterrupt } from './interrupt.ts'
import { printable } from './printable.ts'

/** What decides whether a person is asked. */
export interface ConfirmationOptions {
  project_id: string
  isLive: boolean
  /** `--yes` */
  yes?: boolean | undefined
  /** `--yes-live` */
  yesLive?: boolean | undefined
  /** Whether standard input is a list, so that it cannot have the answer. */
  isInputUsed: boolean
}

/** Asks whether to do something, such as `revoke 10,000 targets`. */
export type Confirm = (action: string) => Promise<boolean>

/** Where a person can be asked. */
export interface Terminal {
  /** Drops what was typed before the question, which cannot be meant as its answer. */
  discardTyped: () => void
  input: NodeJS.ReadableStream
  output: NodeJS.WritableStream
  close: () => void
}

/**
 * Prepares the question, so that a missing terminal is found before a long list is read. On a live
 * project a person must type its id.
 *
 * @throws {CommandError} if the options do not confirm it, and there is no terminal
 */
export function prepareConfirm(
  { project_id, isLive, yes = false, yesLive = false, isInputUsed }: ConfirmationOptions,
  findTerminal: (isInputUsed: boolean) => Terminal | undefined = openTerminal,
): Confirm {
  if (yes && (yesLive || !isLive)) return () => Promise.resolve(true)
  const terminal = findTerminal(isInputUsed)
  if (terminal === undefined) {
    throw new CommandError(
      isLive
        ? 'this is a live project, and there is no terminal to confirm on; pass --yes --yes-live'
        : 'there is no terminal to confirm on; pass --yes',
    )
  }
  return async (action) => {
    try {
      if (!isLive) return /^y(es)?$/i.test(await ask(`${capitalize(action)}? [y/N] `, terminal))
      const question = `This is a live project. To ${action}, type ${printable(project_id)}: `
      return (await ask(question, terminal)) === project_id
    } finally {
      terminal.close()
    }
  }
}

/** The line that a person types; empty if they press Ctrl-C or Ctrl-D, or if the process is to end. */
async function ask(question: string, { input, output, discardTyped }: Terminal): Promise<string> {
  discardTyped()
  const lines = createInterface({ input, output })
  const stopListening = onInterrupt(() => lines.close())
  try {
    lines.once('SIGINT', () => lines.close())
    // The promise of a question never settles if its interface is closed.
    const closed = once(lines, 'close').then(() => '')
    // That of Ctrl-D on a terminal rejects.
    const answer = lines.question(question).catch(() => '')
    return (await Promise.race([answer, closed])).trim()
  } finally {
    stopListening()
    lines.close()
  }
}

/** The terminal of the process; if standard input is a list, by its name, which Windows does not have. */
function openTerminal(isInputUsed: boolean): Terminal | undefined {
  const { stdin: input, stderr: output } = process
  if (!output.isTTY) return undefined
  if (!isInputUsed) {
    if (!input.isTTY) return undefined
    return { input, output, discardTyped: drainTerminal, close: () => input.pause() }
  }
  if (process.platform === 'win32') return undefined
  try {
    const fd = openSync(TERMINAL, 'r+') // the streams close it
    const reader = new ReadStream(fd)
    const writer = new WriteStream(fd)
    const close = () => reader.destroy()
    return { input: reader, output: writer, discardTyped: drainTerminal, close }
  } catch {
    return undefined // the process has no terminal
  }
}

const TERMINAL = '/dev/tty'

function drainTerminal(): void {
  if (process.platform === 'win32') return
  try {
    const fd = openSync(TERMINAL, constants.O_RDONLY | constants.O_NONBLOCK)
    try {
      while (readSync(fd, Buffer.alloc(4096)) > 0);
    } finally {
      closeSync(fd)
    }
  } catch {
    // There is nothing more to read.
  }
}

function capitalize(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
