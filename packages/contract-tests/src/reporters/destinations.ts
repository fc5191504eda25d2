import { appendFile, writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import {
  CommandError,
  InvalidArgumentError,
  Option,
  UsageError,
} from '@connected-apps/node-http/command'
import { githubReport } from './github.ts'
import { junitReport } from './junit.ts'
import { summaryReport } from './summary.ts'
import type { ReportView } from './view.ts'

const reporters = {
  text: ({ text }: ReportView) => text,
  junit: junitReport,
  github: githubReport,
  summary: summaryReport,
}

/** A reporter, and where its report goes. */
export interface Destination {
  reporter: keyof typeof reporters
  /** Default: standard output. */
  file?: string
  /** GitHub's file may hold the summaries of other commands of the step. */
  isAppended?: boolean
}

/** The option `--reporter`, which may be given several times, each with a name, or a name and a file: `junit=FILE`. */
export function reporterOption(): Option {
  return new Option(
    '--reporter <REPORTER...>',
    `${Object.keys(reporters).join(', ')}, alone or with =FILE; several separated by spaces (default: text)`,
  ).argParser((text: string, previous?: Destination[]) => [
    ...(previous ?? []),
    parseDestination(text),
  ])
}

function parseDestination(text: string): Destination {
  const [, name = '', file] = /^(\w+)(?:=(.+))?$/.exec(text) ?? []
  if (!isReporter(name)) {
    const names = Object.keys(reporters).join(', ')
    throw new InvalidArgumentError(
      `must be one of ${names}, alone or with =FILE; separate several by spaces`,
    )
  }
  if (file !== undefined) return { reporter: name, file }
  if (name !== 'summary') return { reporter: name }
  const githubFile = process.env['GITHUB_STEP_SUMMARY']
  if (githubFile) return { reporter: name, file: githubFile, isAppended: true }
  throw new InvalidArgumentError(
    'has no file for summary; pass summary=FILE, or set GITHUB_STEP_SUMMARY, as GitHub does',
  )
}

function isReporter(name: string): name is keyof typeof reporters {
  return Object.hasOwn(reporters, name)
}

/**
 * Makes sure that every report can be written, before a run that takes time and changes its target.
 *
 * @param isOutputFree whether JUnit, which is nothing with other text around it, may go to standard output
 * @throws {CommandError}
 */
export async function prepareDestinations(
  destinations: readonly Destination[],
  { isOutputFree }: { isOutputFree: boolean },
): Promise<void> {
  const printed = destinations.filter(({ file }) => file === undefined)
  const isMixed = !isOutputFree || printed.length > 1
  if (isMixed && printed.some(({ reporter }) => reporter === 'junit')) {
    throw new UsageError('--reporter junit needs a file here; pass --reporter junit=FILE')
  }
  const files = destinations.flatMap(({ file }) => (file === undefined ? [] : [resolve(file)]))
  if (new Set(files).size < files.length) {
    throw new UsageError('--reporter has one file for two reports; pass a file for each')
  }
  for (const destination of destinations) await write(destination, '')
}

/** Writes every report to its file, and prints what has none; the text report, if that is nothing. */
export async function writeReports(
  view: ReportView,
  destinations: readonly Destination[],
  print: (text: string) => void,
): Promise<void> {
  for (const destination of destinations) {
    await write(destination, reporters[destination.reporter](view))
  }
  const printed = new Set(
    destinations.filter(({ file }) => file === undefined).map(({ reporter }) => reporter),
  )
  if (printed.has('junit')) print(junitReport(view))
  // It begins with the text report.
  else print(printed.has('github') ? githubReport(view) : view.text)
}

async function write({ reporter, file, isAppended }: Destination, text: string): Promise<void> {
  if (file === undefined) return
  try {
    await (isAppended ? appendFile(file, text) : writeFile(file, text))
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error'
    const message = `--reporter cannot write the file of ${reporter} (${code}); pass a file in an existing directory`
    throw new CommandError(message, { cause: error })
  }
}
