import { writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { UsageError } from '../options.ts'
import type { Report } from '../report.ts'
import { githubReport } from '../reporters/github.ts'
import { junitReport } from '../reporters/junit.ts'
import { textReport } from '../reporters/text.ts'
import { runContract } from '../target.ts'
import { parseArguments } from './arguments.ts'
import type { Command } from './arguments.ts'
import { helpText } from './flags.ts'

/** 0 passed, 1 failed, 2 usage error. */
export type ExitCode = 0 | 1 | 2

const reporters: Record<Command['reporter'], (report: Report) => string> = {
  text: textReport,
  junit: junitReport,
  github: githubReport,
}

// Not an import attribute, for which Node.js 20 prints a warning.
const manifest: { version: string } = createRequire(import.meta.url)(
  '@connected-apps/contract-tests/package.json',
)

/** Runs the command, independently of the current process. */
export async function runCommand(
  args: string[],
  environment: Record<string, string | undefined>,
  print: { out: (text: string) => void; error: (text: string) => void },
): Promise<ExitCode> {
  try {
    const command = parseArguments(args, environment)
    if (command === 'help') print.out(helpText())
    if (command === 'version') print.out(`${manifest.version}\n`)
    if (typeof command === 'string') return 0
    // An unwritable file has to be found before the run, which revokes access and takes time.
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
  const text = reporters[reporter](report)
  if (output === undefined) {
    out(text)
    return
  }
  await write(output, text)
  out(textReport(report))
}

async function write(file: string, text: string): Promise<void> {
  try {
    await writeFile(file, text)
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error'
    throw new UsageError(
      `--output cannot be written (${code}); pass a file in an existing directory`,
      { cause: error },
    )
  }
}
