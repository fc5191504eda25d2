import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'

interface Result {
  exitCode: unknown
  stdout: string
  stderr: string
}

/** Runs one of the scripts as its users do. */
export function runScript(
  name: string,
  args: string[] = [],
  options: { cwd?: string; env?: NodeJS.ProcessEnv } = {},
): Promise<Result> {
  const root = options.cwd ?? fileURLToPath(new URL('../', import.meta.url))
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [`scripts/${name}.ts`, ...args],
      { cwd: root, env: { ...process.env, ...options.env } },
      (error, stdout, stderr) => resolve({ exitCode: error ? error.code : 0, stdout, stderr }),
    )
  })
}
