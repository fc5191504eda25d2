// Runs the mock, or the validation proxy: `node scripts/mock.ts [--watch] [options]`.
import { runTask } from './run-task.ts'

const args = process.argv.slice(2)
const index = args.indexOf('--watch')
// What follows -- is a command for the proxy.
const isWatching = index !== -1 && !args.slice(0, index).includes('--')

process.exitCode = isWatching
  ? await runTask('mock', 'watch', args.toSpliced(index, 1))
  : await runTask('mock', 'start', args)
