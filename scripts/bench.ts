// Measures packages one after another, so that they do not disturb each other.
import { runTask } from './run-task.ts'

const chosen = process.argv.slice(2)
for (const name of chosen.length > 0 ? chosen : ['client', 'cli', 'mock', 'service']) {
  process.exitCode = await runTask(name, 'bench', [])
  if (process.exitCode !== 0) break
}
