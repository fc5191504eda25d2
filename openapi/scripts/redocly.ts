import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { UsageError } from './command.ts'
import { nameOf } from './contract-file.ts'

/** Redocly runs here, where its configuration is. */
const directory = fileURLToPath(new URL('..', import.meta.url))
const command = fileURLToPath(new URL('../node_modules/@redocly/cli/bin/cli.js', import.meta.url))
const maxOutputBytes = 64 * 1024 * 1024

interface Output {
  exitCode: number
  stdout: string
  stderr: string
}

/** Runs Redocly with the configuration of this directory, and without telemetry. */
export function redocly(...args: string[]): Promise<Output> {
  return runRedocly(command, args)
}

/** Runs Redocly, or a program that loads it into its own process. */
export function runRedocly(program: string, args: string[]): Promise<Output> {
  return new Promise((resolve, reject) => {
    execFile(
      process.execPath,
      [program, ...args],
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
  /** The property that was modified. */
  property?: string
  base?: Side
  revision?: Side
}

interface Side {
  /** Where it is written, without following references. */
  pointer: string
  value?: unknown
}

/** Compares two documents with Redocly. Throws a {@link UsageError} if it cannot. */
export async function redoclyDiff(base: string, revision: string): Promise<RedoclyChange[]> {
  const options = ['--format', 'json', '--fail-on', 'none']
  const { stdout, stderr } = await redocly('diff', base, revision, ...options)
  const changes = parseReport(stdout)?.changes
  if (changes === undefined) {
    const reason = stderr.split('\n').find((line) => /error: /i.test(line)) ?? stderr.trim()
    throw new UsageError(`${nameOf(revision)}: Redocly cannot compare it: ${reason.split('\n')[0]}`)
  }
  return changes
}

/** Lints a document. Throws a {@link UsageError} of one line with the first violation of a rule. */
export async function lint(path: string): Promise<void> {
  const { exitCode, stdout, stderr } = await redocly('lint', path, '--format', 'json')
  if (exitCode === 0) return
  const problems = parseReport(stdout)?.problems ?? []
  const [first, ...others] = problems
  if (first === undefined) throw new Error(`Redocly could not lint ${path}: ${stderr}`)
  const { line, col } = first.location[0]?.start ?? { line: 1, col: 1 }
  const more = others.length > 0 ? ` (and ${others.length} more)` : ''
  const message = first.message.replaceAll(/\s+/g, ' ').trim()
  throw new UsageError(`${nameOf(path)}:${line}:${col}: ${message}${more}`)
}

/** The JSON output of Redocly. */
interface Report {
  /** of `diff` */
  changes?: RedoclyChange[]
  /** of `lint` */
  problems?: { message: string; location: { start?: { line: number; col: number } }[] }[]
}

function parseReport(stdout: string): Report | undefined {
  try {
    return JSON.parse(stdout)
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}
