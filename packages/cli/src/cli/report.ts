import { writeFile } from 'node:fs/promises'
import { CommandError, UsageError } from '@connected-apps/node-http/command'
import { describeCause } from '../files/system-error.ts'
import { renderHtml } from '../report/render-html.ts'
import { renderMarkdown } from '../report/render-markdown.ts'
import { summarizeLedger } from '../report/summarize-ledger.ts'
import { isLedger } from './incident.ts'
import { write } from './terminal/output.ts'
import { printable } from './terminal/printable.ts'

export interface ReportCommandOptions {
  html?: string
}

/** Reports on a ledger, which may be in use. */
export async function runReport(ledger: string, { html }: ReportCommandOptions): Promise<void> {
  const summary = await summarizeLedger(ledger)
  if (html === undefined) return write(renderMarkdown(summary, printable))
  // Without its ledger an incident can neither be resumed nor verified.
  if (await isLedger(html)) {
    throw new UsageError(`--html ${printable(html)} is a ledger; give the page another name`)
  }
  try {
    await writeFile(html, renderHtml(summary, printable), { mode: 0o600 })
  } catch (error) {
    throw new CommandError(`${printable(html)} cannot be written: ${describeCause(error)}`, {
      cause: error,
    })
  }
  write(`${printable(html)}\n`)
}
