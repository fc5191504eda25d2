// Checks random histories of the service, then kills the command a hundred times.
import { runTask } from './run-task.ts'

process.exitCode =
  (await runTask('service', 'soak', process.argv.slice(2))) ||
  (await runTask('service', 'soak:kills', [])) ||
  (await runTask('cli', 'soak', []))
