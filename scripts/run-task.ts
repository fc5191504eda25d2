// Runs one script of one package: `node scripts/run-task.ts PACKAGE SCRIPT [options]`.
import { globSync, readFileSync } from 'node:fs'
import { basename, delimiter, join } from 'node:path'
import type { SpawnOptions } from 'node:child_process'
import { root, runProcess } from './run-process.mjs'
import { runTasks } from './turbo.ts'

/** The directories of the packages, by their names without the scope. */
export const packages: Record<string, string> = Object.fromEntries(
  globSync(['openapi', 'packages/*', 'apps/*'], { cwd: root }).map((directory) => [
    basename(directory),
    directory,
  ]),
)

/** Generates and builds what the package needs, then runs the script. @returns its exit code */
export async function runTask(name: string, script: string, options: string[]): Promise<number> {
  return (
    (await runTasks(['generate'])) ||
    (await runTasks(['build'], { packages: [name] })) ||
    runScript(name, script, options).exitCode
  )
}

/**
 * Runs a script of a package without a shell or a package manager in between, which may end before
 * the script does. The script must be a plain command.
 */
export function runScript(
  name: string,
  script: string,
  options: string[],
  spawnOptions: SpawnOptions = {},
): ReturnType<typeof runProcess> {
  const directory = join(root, packages[name] ?? '')
  const manifest: { scripts: Record<string, string> } = JSON.parse(
    readFileSync(join(directory, 'package.json'), 'utf8'),
  )
  const [program = '', ...args] = manifest.scripts[script]?.split(' ') ?? []
  const programs = [join(directory, 'node_modules/.bin'), join(root, 'node_modules/.bin')]
  return runProcess(program, [...args, ...options], {
    cwd: directory,
    ...spawnOptions,
    env: { ...spawnOptions.env, PATH: [...programs, process.env['PATH']].join(delimiter) },
  })
}

if (import.meta.main) {
  const [name = '', script = '', ...options] = process.argv.slice(2)
  process.exitCode = await runTask(name, script, options)
}
