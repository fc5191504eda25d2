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

/** A reporter, and the file for its report. */
export interface Destination {
  reporter: keyof typeof reporters
  /** Default: standard output. */
  file?: string
  /** GitHub's file may already contain summaries of other commands of the step. */
  isAppended?: boolean
}

/** The option `--reporter`, which may be given several times: a name, or a name and a file, as in `junit=FILE`. */
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
 * Checks that every report can be written, before a run that takes time and changes its target.
 *
 * @param isOutputFree whether standard output is free for JUnit, which must not be mixed with other text
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

/** Writes the reports to their files, and prints one without a file; by default the text report. */
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
  // The GitHub report starts with the text report.
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
