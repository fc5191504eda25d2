// Runs one part of the project with options of its own: `node scripts/run-task.ts PACKAGE TASK [options]`.
import { turbo } from './turbo.ts'

const [part = '', task = '', ...options] = process.argv.slice(2)
const only = `--filter=${part}`

// Built apart: turbo would build every dependency anew for options that it has not seen yet.
process.exitCode =
  (await turbo(['run', 'generate'])) ||
  (await turbo(['run', 'build', only, '--log-prefix=none'])) ||
  (await turbo(['run', task, only, '--only', '--log-prefix=none', '--', ...options]))
