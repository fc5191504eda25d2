import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { UsageError } from './command.ts'
import { nameOf } from './contract-file.ts'

const directory = fileURLToPath(new URL('..', import.meta.url))
const command = fileURLToPath(new URL('../node_modules/@redocly/cli/bin/cli.js', import.meta.url))
const maxOutputBytes = 64 * 1024 * 1024

interface Output {
  exitCode: number
  stdout: string
  stderr: string
}

/** Runs Redocly with the configuration of this directory. It reports to nobody. */
export function redocly(...args: string[]): Promise<Output> {
  return new Promise((resolve, reject) => {
    execFile(
      process.execPath,
      [command, ...args],
      {
        cwd: directory,
        maxBuffer: maxOutputBytes,
        env: {
          ...process.env,
          REDOCLY_TELEMETRY: 'off',
          REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true',
          REDOCLY_SUPPRESS_NOTIFICATIONS: 'true',
          NO_COLOR: '1',
        },
      },
      (error, stdout, stderr) => {
        const exitCode = error ? error.code : 0
        if (typeof exitCode === 'number') resolve({ exitCode, stdout, stderr })
        else reject(new Error('Redocly could not be run', { cause: error }))
      },
    )
  })
}

/** One difference that `redocly diff` reports. */
export interface RedoclyChange {
  /** Where the difference is, with references followed: `#/paths/~1health/get/responses/200`. */
  path: string
  /** Redocly's name for what is there: Operation, Parameter, Schema, … */
  typeName: string
  kind: 'added' | 'removed' | 'modified'
  impact: 'patch' | 'minor' | 'major'
  verdicts: { message: string }[]
  /** What was modified of it. */
  property?: string
  base?: Side
  revision?: Side
}

interface Side {
  /** Where it is written, references not followed. */
  pointer: string
  value?: unknown
}

/** Asks Redocly for the differences between two documents. */
export async function redoclyDiff(base: string, revision: string): Promise<RedoclyChange[]> {
  const options = ['--format', 'json', '--fail-on', 'none']
  const { stdout, stderr } = await redocly('diff', base, revision, ...options)
  const report = parseReport(stdout)
  if (report === undefined) {
    const reason = stderr.split('\n').find((line) => /error: /i.test(line)) ?? stderr.trim()
    throw new UsageError(`${nameOf(revision)}: Redocly cannot compare it: ${reason.split('\n')[0]}`)
  }
  return report.changes
}

function parseReport(stdout: string): { changes: RedoclyChange[] } | undefined {
  try {
    return JSON.parse(stdout)
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}
