import { open, stat, writeFile } from 'node:fs/promises'
import { CommandError, UsageError } from '@connected-apps/node-http/command'
import { describeCause, hasCode } from '../files/system-error.ts'
import { PAGE_START, renderHtml } from '../report/render-html.ts'
import { renderMarkdown } from '../report/render-markdown.ts'
import { summarizeLedger } from '../report/summarize-ledger.ts'
import { write } from './terminal/output.ts'
import { printable } from './terminal/printable.ts'

export interface ReportCommandOptions {
  html?: string
}

/** Reports on a ledger, which may be in use. */
export async function runReport(ledger: string, { html }: ReportCommandOptions): Promise<void> {
  const summary = await summarizeLedger(ledger)
  if (html === undefined) return write(renderMarkdown(summary, printable))
  try {
    const flag = (await isReplaceable(html)) ? 'w' : 'wx'
    await writeFile(html, renderHtml(summary, printable), { mode: 0o600, flag })
  } catch (error) {
    if (hasCode(error, 'EEXIST')) {
      throw new UsageError(
        `--html ${printable(html)} exists and is not a page of this command; give the page another name`,
      )
    }
    throw new CommandError(`${printable(html)} cannot be written: ${describeCause(error)}`, {
      cause: error,
    })
  }
  write(`${printable(html)}\n`)
}

/** Whether a path has nothing to lose: an earlier page, an empty file, or what is not a file. */
async function isReplaceable(path: string): Promise<boolean> {
  try {
    // What is not a file, such as a terminal, could be waited for.
    if (!(await stat(path)).isFile()) return true
    const file = await open(path)
    try {
      const start = Buffer.alloc(Buffer.byteLength(PAGE_START))
      const { bytesRead } = await file.read(start, 0, start.length, 0)
      return bytesRead === 0 || start.equals(Buffer.from(PAGE_START))
    } finally {
      await file.close()
    }
  } catch {
    return false // it is not there, or cannot be read
  }
}
