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
    const controller = new AbortController()
    const stopListening = onInterrupt(() => controller.abort())
    const question = isLive
      ? `This is a live project. To ${action}, type ${printable(project_id)}: `
      : `${capitalize(action)}? [y/N] `
    const answer = await ask(question, terminal, controller.signal)
    terminal.close()
    const isConfirmed = isLive ? answer === project_id : /^y(es)?$/i.test(answer)
    // The ledger of a declined plan is removed even if a signal arrives now, such as the SIGHUP that a
    // shell passes on after its terminal was closed.
    if (isConfirmed) stopListening()
    return isConfirmed
  }
}

/**
 * The line that a person types; empty if they press Ctrl-C or Ctrl-D, if the terminal is closed, or if
 * the signal is aborted.
 */
function ask(
  question: string,
  { input, output, discardTyped }: Terminal,
  signal: AbortSignal,
): Promise<string> {
  discardTyped()
  return new Promise((resolve) => {
    // An answer that came just before, such as a last line without an end, counts.
    const decline = (): unknown => setImmediate(resolve, '')
    // A terminal that was closed cannot enter or leave raw mode, be read, or be written to.
    for (const stream of [input, output]) stream.on('error', decline)
    try {
      const lines = createInterface({ input, output })
      lines.on('error', decline)
      lines.once('SIGINT', () => lines.close())
      // The promise of a question never settles if its interface is closed.
      lines.once('close', decline)
      // That of Ctrl-D on a terminal rejects, as does that of an aborted signal.
      void lines
        .question(question, { signal })
        .then((line) => resolve(line.trim()), decline)
        .finally(() => lines.close())
    } catch {
      decline() // the interface has no listener yet while it enters raw mode
    }
  })
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
