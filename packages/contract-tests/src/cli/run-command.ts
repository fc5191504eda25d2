import { writeFile } from 'node:fs/promises'
import type { Report } from '../report.ts'
import { githubReport } from '../reporters/github.ts'
import { humanReport } from '../reporters/human.ts'
import { junitReport } from '../reporters/junit.ts'
import { runContract } from '../run.ts'
import { UsageError } from '../usage-error.ts'
import { readArguments } from './arguments.ts'
import type { Command } from './arguments.ts'
import { helpText } from './help.ts'
import { version } from './version.ts'

/** What the exit code says: 0 passed, 1 failed, 2 bad usage. */
export type ExitCode = 0 | 1 | 2

const reports: Record<Command['reporter'], (report: Report) => string> = {
  human: humanReport,
  junit: junitReport,
  github: githubReport,
}

/** Runs the command, apart from the process that it is run by. */
export async function runCommand(
  args: string[],
  environment: Record<string, string | undefined>,
  print: { out: (text: string) => void; error: (text: string) => void },
): Promise<ExitCode> {
  try {
    const command = readArguments(args, environment)
    if (command === 'help') print.out(helpText())
    if (command === 'version') print.out(`${version}\n`)
    if (typeof command === 'string') return 0
    // Before the run: it revokes, and an unwritable file would lose what it found.
    if (command.output !== undefined) await write(command.output, '')
    const report = await runContract(command.options)
    await deliver(report, command, print.out)
    return report.passed ? 0 : 1
  } catch (error) {
    if (!(error instanceof UsageError)) throw error
    print.error(`contract-tests: ${error.message}\n`)
    return 2
  }
}

async function deliver(
  report: Report,
  { reporter, output }: Command,
  out: (text: string) => void,
): Promise<void> {
  const text = reports[reporter](report)
  if (output === undefined) {
    out(text)
    return
  }
  await write(output, text)
  out(humanReport(report))
}

async function write(file: string, text: string): Promise<void> {
  try {
    await writeFile(file, text)
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'it failed'
    throw new UsageError(
      `--output cannot be written (${code}); pass a file in a folder that exists`,
      {
        cause: error,
      },
    )
  }
}
