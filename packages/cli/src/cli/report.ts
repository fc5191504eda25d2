import { writeFile } from 'node:fs/promises'
import { CommandError } from '@connected-apps/node-http/command'
import { describeCause } from '../files/system-error.ts'
import { renderHtml } from '../report/render-html.ts'
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
    await writeFile(html, renderHtml(summary, printable), { mode: 0o600 })
  } catch (error) {
    throw new CommandError(`${printable(html)} cannot be written: ${describeCause(error)}`, {
      cause: error,
    })
  }
  write(`${printable(html)}\n`)
}
