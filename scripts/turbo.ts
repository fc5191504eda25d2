// Runs tasks of all packages: `node scripts/turbo.ts TASK... [--force]`.
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtempDisposable } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'
import { TaskProgress } from './task-progress.ts'
import { root, runProcess } from './run-process.mjs'

export interface TaskOptions {
  /** Names without their scope, such as `client`; all packages if there are none. */
  packages?: string[]
  /** Further options of turbo. */
  flags?: string[]
  /** Whether tasks whose result is cached are shown too. */
  showCached?: boolean
}

/** Runs tasks with turbo, and shows a line for each that is finished. @returns the exit code */
export async function runTasks(
  tasks: string[],
  { packages = [], flags = [], showCached = false }: TaskOptions = {},
): Promise<number> {
  const filters = packages.map((name) => `--filter=@connected-apps/${name}`)
  const args = ['run', ...tasks, ...filters, ...flags]
  const output = ['--output-logs=full', '--log-order=grouped', '--log-prefix=task', '--no-color']
  // Tests start hundreds of processes, each of which would compile the same modules anew. The cache
  // lasts for one run, since it would keep what tests write to temporary directories for good.
  await using compileCache = await mkdtempDisposable(join(tmpdir(), 'compile-cache-'))
  const progress = new TaskProgress({ showCached, list: () => listTasks(args) })
  const { child, exitCode } = runProcess('turbo', [...args, ...output], {
    stdio: ['inherit', 'pipe', 'pipe'],
    env: {
      // Tests that need these are skipped without them, which must not be cached as their passing.
      CHROMIUM: existsSync('/usr/bin/chromium') ? 'installed' : 'absent',
      PGBOUNCER: existsSync('/usr/sbin/pgbouncer') ? 'installed' : 'absent',
      NODE_COMPILE_CACHE: compileCache.path,
      // With this turbo writes a format of its own, for GitHub's log viewer.
      GITHUB_ACTIONS: undefined,
    },
  })
  if (child.stdout) createInterface(child.stdout).on('line', (line) => progress.onOutput(line))
  if (child.stderr) createInterface(child.stderr).on('line', (line) => progress.onError(line))
  const code = await exitCode
  progress.end()
  return code
}

interface DryRun {
  tasks: { taskId: string; command: string }[]
}

/** The ids of the tasks that turbo would run, such as `@connected-apps/client#build`. */
async function listTasks(args: string[]): Promise<string[]> {
  const { stdout } = await promisify(execFile)('turbo', [...args, '--dry-run=json'], { cwd: root })
  const { tasks }: DryRun = JSON.parse(stdout)
  return tasks.filter(({ command }) => command !== '<NONEXISTENT>').map(({ taskId }) => taskId)
}

if (import.meta.main) {
  const args = process.argv.slice(2)
  const tasks = args.filter((arg) => !arg.startsWith('-'))
  const flags = args.filter((arg) => arg.startsWith('-'))
  process.exitCode = await runTasks(tasks, { flags, showCached: true })
}
