import { once } from 'node:events'
import { open } from 'node:fs/promises'
import { createInterface } from 'node:readline/promises'
import { ReadStream, WriteStream } from 'node:tty'
import { CommandError } from '@connected-apps/node-http/command'
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
export async function prepareConfirm(
  { project_id, isLive, yes = false, yesLive = false, isInputUsed }: ConfirmationOptions,
  findTerminal: (isInputUsed: boolean) => Promise<Terminal | undefined> = openTerminal,
): Promise<Confirm> {
  if (yes && (yesLive || !isLive)) return () => Promise.resolve(true)
  const terminal = await findTerminal(isInputUsed)
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

/** The line that a person types; empty if they press Ctrl-C or Ctrl-D. */
async function ask(question: string, { input, output }: Terminal): Promise<string> {
  const lines = createInterface({ input, output })
  try {
    lines.once('SIGINT', () => lines.close())
    // The promise of a question never settles if its interface is closed.
    const closed = once(lines, 'close').then(() => '')
    return (await Promise.race([lines.question(question), closed])).trim()
  } finally {
    lines.close()
  }
}

/** The terminal of the process; if standard input is a list, by its name, which Windows does not have. */
async function openTerminal(isInputUsed: boolean): Promise<Terminal | undefined> {
  const { stdin: input, stderr: output } = process
  if (!output.isTTY) return undefined
  if (!isInputUsed) {
    return input.isTTY ? { input, output, close: () => input.pause() } : undefined
  }
  if (process.platform === 'win32') return undefined
  try {
    const { fd } = await open('/dev/tty', 'r+')
    const reader = new ReadStream(fd)
    return { input: reader, output: new WriteStream(fd), close: () => reader.destroy() }
  } catch {
    return undefined // the process has no terminal
  }
}

function capitalize(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
